/** Orders of all the years that fit what was asked, newest first, page by page; an answer that was overtaken is never shown. */
import type { JobCard, JobList, ListJobs } from '@schemas';
import { ref, shallowRef, watch, type Ref } from 'vue';
import { call } from '@/api/call';

export type Asked = Omit<ListJobs, 'after' | 'limit'>;
const PAGE = 100;

export function useListed(asked: Ref<Asked | null>, changed: Ref<unknown>) {
  const jobs = shallowRef<JobCard[] | null>(null);
  const next = ref<string | null>(null);
  const failure = ref<unknown>(null);
  let questions = 0;

  /** Pages from the beginning until so many rows are here, or one page further. */
  async function fetched(wanted: number, from: JobCard[], place: string | null): Promise<void> {
    const mine = ++questions;
    const what = asked.value;
    if (what === null) {
      [jobs.value, next.value] = [null, null];
      return;
    }
    try {
      const rows = new Map(from.map((card) => [card.job, card]));
      let after = place;
      do {
        const page: JobList = await call('listJobs', { ...what, after, limit: PAGE });
        if (mine !== questions) return;
        for (const card of page.jobs) rows.set(card.job, card);
        after = page.next;
      } while (after !== null && rows.size < wanted);
      [jobs.value, next.value, failure.value] = [[...rows.values()], after, null];
    } catch (error) {
      if (mine === questions) failure.value = error;
    }
  }

  const again = () => fetched(jobs.value?.length ?? 0, [], null);
  const further = () => (next.value === null ? Promise.resolve() : fetched(0, jobs.value ?? [], next.value));
  watch(
    asked,
    (now, before) => {
      if (JSON.stringify(now) === JSON.stringify(before)) return;
      jobs.value = null;
      void fetched(0, [], null);
    },
    { immediate: true },
  );
  watch(changed, (_, before) => before && asked.value && jobs.value && void again());
  return { jobs, next, failure, again, further };
}
