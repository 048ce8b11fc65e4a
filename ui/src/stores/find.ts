/** The search: what is typed is asked for after a breath, and an answer that was overtaken is never shown. */
import type { FoundJobs } from '@schemas';
import { useDebounceFn } from '@vueuse/core';
import { ref, watch, type Ref } from 'vue';
import { call } from '@/api/call';

const BREATH = 120;

/** What was looked for last: whoever comes back from a job finds the list again. */
export const lastSought = ref('');

export function useFind(text = ref('')): { text: Ref<string>; found: Ref<FoundJobs | null>; failure: Ref<unknown>; again: () => void } {
  const found = ref<FoundJobs | null>(null);
  const failure = ref<unknown>(null);
  let asked = 0;

  const ask = useDebounceFn(async () => {
    const mine = ++asked;
    const typed = text.value.trim();
    if (typed === '') {
      found.value = null;
      return;
    }
    try {
      const answer = await call('findJobs', { text: typed });
      if (mine === asked) [found.value, failure.value] = [answer, null];
    } catch (error) {
      if (mine === asked) failure.value = error;
    }
  }, BREATH);
  watch(text, () => void ask());
  if (text.value !== '') void ask();

  return { text, found, failure, again: () => void ask() };
}
