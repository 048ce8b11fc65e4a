import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { nextTick } from 'vue';
import { owner, ran } from '../../test/builders';
import { session } from '../../test/outletBuilders';
import { useDraft } from './draft';
import { latest } from './latest';
import { shellFor } from './session';
import { useSync } from './sync';

beforeEach(() => setActivePinia(createPinia()));

describe('the latest answer', () => {
  it('is fetched once more when it was asked for meanwhile, however often', async () => {
    let fetched = 0;
    const waiting: (() => void)[] = [];
    const load = latest(
      () =>
        new Promise((done) => {
          fetched += 1;
          waiting.push(done);
        }),
    );
    const first = load();
    void load();
    void load();
    waiting.shift()?.();
    await nextTick();
    expect(fetched).toBe(2);
    waiting.shift()?.();
    await first;
    expect(fetched).toBe(2);
  });

  it('can be asked for again after a failure', async () => {
    let tries = 0;
    const load = latest(() => (++tries === 1 ? Promise.reject(new Error('no line')) : Promise.resolve()));
    await expect(load()).rejects.toThrow('no line');
    await expect(load()).resolves.toBeUndefined();
  });
});

describe('a draft', () => {
  it('outlives the form until the work is saved', () => {
    const one = useDraft('order', () => ({ name: '', note: '' }));
    one.draft.value.name = '王芳';
    expect(useDraft('order', () => ({ name: '', note: '' })).draft.value.name).toBe('王芳');
    one.discard();
    expect(useDraft('order', () => ({ name: '', note: '' })).draft.value.name).toBe('');
  });

  it('of an older form gets the new form’s fields', () => {
    localStorage.setItem('doorstep.draft.order', '{"name":"王芳"}');
    expect(useDraft('order', () => ({ name: '', far: false })).draft.value).toEqual({ name: '王芳', far: false });
  });

  it('that can’t be read does not stop the form', () => {
    localStorage.setItem('doorstep.draft.order', '{"na');
    expect(useDraft('order', () => ({ name: '' })).draft.value).toEqual({ name: '' });
  });
});

describe('the shell', () => {
  it('is the phone’s for those who go out, whatever the width', () => {
    expect(shellFor(session({ member: ran, shell: 'desk' }), 1280)).toBe('field');
  });

  it('follows the owner’s window until a choice is made', () => {
    const mine = session({ owner: true, member: owner });
    expect([shellFor(mine, 1280), shellFor(mine, 390), shellFor({ ...mine, shell: 'field' }, 1280)]).toEqual(['desk', 'field', 'field']);
  });
});

describe('photos on their way', () => {
  it('are shown until their last byte', () => {
    const sync = useSync();
    sync.photoMoved('ab', { done: 10, total: 20 });
    expect(sync.moving).toEqual({ ab: { done: 10, total: 20 } });
    sync.photoMoved('ab', { done: 20, total: 20 });
    expect(sync.moving).toEqual({});
  });
});
