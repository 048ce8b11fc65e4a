/** The outlet's orders of one day, for the desk. */
import type { JobCard } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export const useOrders = defineStore('orders', () => {
  /** Any moment of the day shown; `null` is today. */
  const at = ref<number | null>(null);
  const list = ref<JobCard[] | null>(null);

  const load = latest(async () => {
    const asked = at.value;
    const answer = await call('orders', { at: asked });
    if (asked === at.value) list.value = answer;
  });

  async function show(day: number | null): Promise<void> {
    at.value = day;
    await load();
  }

  return { at, list, load, show };
});
