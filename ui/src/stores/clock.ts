/**
 * The moment, for countdowns: moves by itself, often enough for what is shown in minutes. Timers stand while a device sleeps, so it is read
 * anew as soon as somebody looks again.
 */
import { useEventListener, useIntervalFn } from '@vueuse/core';
import { ref, type Ref } from 'vue';

export function useClock(everyMs = 15_000): Ref<number> {
  const now = ref(Date.now());
  const tick = () => {
    now.value = Date.now();
  };
  useIntervalFn(tick, everyMs);
  useEventListener(document, 'visibilitychange', tick);
  useEventListener(window, ['focus', 'pageshow'], tick);
  return now;
}
