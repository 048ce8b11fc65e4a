/** The owner's review of one day. */
import type { DayReview } from '@schemas';
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

  return { at, view, load, show };
});
