/** The moment, for countdowns: moves by itself, often enough for what is shown in minutes. */
import { useIntervalFn } from '@vueuse/core';
import { ref, type Ref } from 'vue';

export function useClock(everyMs = 15_000): Ref<number> {
  const now = ref(Date.now());
  useIntervalFn(() => {
    now.value = Date.now();
  }, everyMs);
  return now;
}
