/** 费用 of open jobs. A line or a payment is a fact of its job; the page is fetched anew once it is written. */
import type { FeesView, SheetFact } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { useJobs } from './jobs';
import { latest } from './latest';

const KEPT = 4;

export const useFeesStore = defineStore('fees', () => {
  const open = ref<Map<string, FeesView>>(new Map());
  const fetching = new Map<string, () => Promise<void>>();

  async function load(job: string): Promise<void> {
    const fetch =
      fetching.get(job) ??
      latest(async () => {
        const view = await call('fees', { job });
        const kept = [...open.value].filter(([key]) => key !== job).slice(1 - KEPT);
        open.value = new Map([...kept, [job, view]]);
      });
    fetching.set(job, fetch);
    await fetch();
  }

  /** Writes facts one after another; what was written before a failure stays and shows. */
  async function note(job: string, facts: SheetFact[]): Promise<true> {
    try {
      for (const fact of facts) await useJobs().noteFact({ job, fact, claimed: null });
    } finally {
      await load(job);
    }
    return true;
  }

  return { open, load, note };
});
