/** The owner's review of one day. */
import type { DayReview, Language } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export const useReview = defineStore('review', () => {
  const at = ref<number | null>(null);
  const view = ref<DayReview | null>(null);

  const load = latest(async () => {
    const asked = at.value;
    const answer = await call('dayReview', { at: asked });
    if (asked === at.value) view.value = answer;
  });

  async function show(day: number | null): Promise<void> {
    at.value = day;
    await load();
  }

  /** A random sample of the jobs that ended on this day (R40). */
  async function draw(count: number): Promise<void> {
    view.value = await call('drawSample', { at: view.value?.start ?? null, count });
  }

  /** The day as a PDF, where files for people are put. */
  const print = (language: Language) => call('printDay', { at: view.value?.start ?? null, language });

  return { at, view, load, show, draw, print };
});
