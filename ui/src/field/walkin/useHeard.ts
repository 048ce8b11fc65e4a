/** What the core hears in a caller's words while they are typed: the scripts to read out (R3). */
import type { CallScript, JobKind, Urgency } from '@schemas';
import { useDebounceFn } from '@vueuse/core';
import { ref, watch } from 'vue';
import { hear } from '@/stores/texts';

/** As long as a hand rests between two words. */
const PAUSE_MS = 300;

export function useHeard(said: () => { symptom: string; urgency: Urgency; kind: JobKind }) {
  const scripts = ref<CallScript[]>([]);
  let last = 0;
  const ask = useDebounceFn(async () => {
    const turn = ++last;
    const { symptom, urgency, kind } = said();
    // No words, no danger; and a call that fails must not take the form away.
    const answer =
      symptom.trim() === '' ? null : await hear({ symptom, urgency, kind, phone: '', serial: '', far: false }).catch(() => null);
    if (turn === last) scripts.value = answer?.scripts ?? [];
  }, PAUSE_MS);
  watch(said, () => void ask(), { immediate: true, deep: true });
  return scripts;
}
