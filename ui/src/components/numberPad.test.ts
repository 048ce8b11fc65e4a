import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { T } from '../../test/door';
import NumberPad from './NumberPad.vue';

const MOMENT_MS = 1200;

beforeEach(() => {
  setActivePinia(createPinia());
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function pad(flows: boolean) {
  const shown = mount(NumberPad, {
    props: {
      modelValue: '',
      'onUpdate:modelValue': (modelValue: string) => shown.setProps({ modelValue }),
      decimals: 1,
      saveLabel: '记下',
      ready: true,
      busy: false,
      flows,
    },
  });
  const key = async (...keys: string[]) => {
    for (const each of keys) await shown.get(T(`pad-${each}`)).trigger('click');
  };
  return { shown, key, saved: () => shown.emitted('save')?.length ?? 0 };
}

describe('a pad that flows', () => {
  it('saves a figure once its last decimal was keyed, and only then', async () => {
    const { key, saved } = pad(true);
    await key('2', '2', '8');
    vi.advanceTimersByTime(MOMENT_MS * 5);
    expect(saved()).toBe(0);
    await key('point', '0');
    vi.advanceTimersByTime(MOMENT_MS - 1);
    expect(saved()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(saved()).toBe(1);
  });

  it('is stopped by any key: what was a slip is never saved', async () => {
    const { key, saved } = pad(true);
    await key('2', 'point', '3', 'back');
    vi.advanceTimersByTime(MOMENT_MS * 5);
    expect(saved()).toBe(0);
    await key('6');
    vi.advanceTimersByTime(MOMENT_MS - 1);
    await key('7');
    vi.advanceTimersByTime(MOMENT_MS * 5);
    expect(saved()).toBe(0);
  });

  it('saves once, however it is saved', async () => {
    const { key, saved } = pad(true);
    await key('2', 'point', '3', 'save');
    vi.advanceTimersByTime(MOMENT_MS * 5);
    expect(saved()).toBe(1);
  });
});

it('a pad that does not flow waits for a hand', async () => {
  const { key, saved } = pad(false);
  await key('2', 'point', '3');
  vi.advanceTimersByTime(MOMENT_MS * 5);
  expect(saved()).toBe(0);
});
