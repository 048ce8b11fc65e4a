/** The outlet's orders of one day, for the desk. */
import type { JobCard, JobList } from '@schemas';
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

/** A job that moved while the pages were fetched may stand on two of them: the later one is newer. */
const unique = (jobs: JobCard[]) => [...new Map(jobs.map((card) => [card.job, card])).values()];

export const useOrders = defineStore('orders', () => {
  /** Any moment of the day shown; `null` is today. */
  const at = ref<number | null>(null);
  const list = shallowRef<JobCard[] | null>(null);

  /** The day that `list` holds whole. */
  let shown: number | null | undefined;

  const load = latest(async () => {
    const asked = at.value;
    const jobs: JobCard[] = [];
    let after: string | null = null;
    do {
      const page: JobList = await call('orders', { at: asked, after });
      if (asked !== at.value) return;
      jobs.push(...page.jobs);
      after = page.next;
      // Whoever looks at a day for the first time sees its first page at once; later the list changes when all is here.
      if (after === null || shown !== asked || list.value === null) list.value = unique(jobs);
    } while (after !== null);
    shown = asked;
  });

  async function show(day: number | null): Promise<void> {
    at.value = day;
    await load();
  }

  return { at, list, load, show };
});
