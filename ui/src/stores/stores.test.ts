import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { owner, ran } from '../../test/builders';
import { openStory } from '../../test/door';
import { session } from '../../test/outletBuilders';
import { flush, ofJob, openKept, useDraft } from './draft';
import { latest } from './latest';
import { AWAY_MS, followNetwork } from './network';
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
  it('outlives the form and a killed app until the work is saved', async () => {
    const { story } = openStory();
    await openKept();
    const one = useDraft('order', () => ({ name: '', note: '' }));
    one.draft.value.name = '王芳';
    expect(useDraft('order', () => ({ name: '', note: '' })).draft.value.name).toBe('王芳');
    await flush();
    expect(story.drafts.get('order')).toBe('{"name":"王芳","note":""}');
    await openKept();
    expect(useDraft('order', () => ({ name: '', note: '' })).draft.value.name).toBe('王芳');
    one.discard();
    await flush();
    expect(story.drafts.size).toBe(0);
    expect(useDraft('order', () => ({ name: '', note: '' })).draft.value.name).toBe('');
  });

  it('is handed to the store by itself soon after the last key', async () => {
    const { story } = openStory();
    await openKept();
    vi.useFakeTimers();
    useDraft('order', () => '').draft.value = '半';
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    await flush();
    expect(story.drafts.get('order')).toBe('"半"');
  });

  it('of an older form gets the new form’s fields', async () => {
    openStory().story.drafts.set('order', '{"name":"王芳"}');
    await openKept();
    expect(useDraft('order', () => ({ name: '', far: false })).draft.value).toEqual({ name: '王芳', far: false });
  });

  it('that can’t be read does not stop the form', async () => {
    openStory().story.drafts.set('order', '{"na');
    await openKept();
    expect(useDraft('order', () => ({ name: '' })).draft.value).toEqual({ name: '' });
  });

  it('of a job is named by the job, so that it goes when the job goes', () => {
    expect(ofJob('01KAJ9Z0', 'sheet', 'A1')).toBe('job/01KAJ9Z0/sheet/A1');
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

describe('the network', () => {
  it('is told to the core when it comes back, and when the page is looked at again after a while', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const line = new EventTarget() as EventTarget & { type?: string };
    vi.stubGlobal('navigator', Object.assign(Object.create(navigator), { connection: line }));
    const { asked } = openStory();
    const told = () => asked.filter((each) => each.command === 'tell_network').map((each) => each.input);
    const look = (state: string) => {
      vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state as DocumentVisibilityState);
      document.dispatchEvent(new Event('visibilitychange'));
    };
    followNetwork();
    followNetwork();
    expect(told()).toEqual([]);
    dispatchEvent(new Event('online'));
    expect(told()).toEqual([{ back: true, metered: null }]);
    line.type = 'cellular';
    line.dispatchEvent(new Event('change'));
    look('hidden');
    vi.setSystemTime(Date.now() + AWAY_MS - 1);
    look('visible');
    expect(told().slice(1)).toEqual([{ back: true, metered: true }]);
    line.type = 'wifi';
    look('hidden');
    vi.setSystemTime(Date.now() + AWAY_MS);
    look('visible');
    expect(told().slice(2)).toEqual([{ back: true, metered: false }]);
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
});
