/** The job that a screen is about: kept current by the core's events, with what went wrong when it can't be opened. */
import type { JobView } from '@schemas';
import { computed, onMounted, type ComputedRef } from 'vue';
import { useDoing } from '@/stores/doing';
import { useJobs } from '@/stores/jobs';

export function useJob(job: string) {
  const jobs = useJobs();
  const { busy, failure, run } = useDoing({ quiet: true });
  const view: ComputedRef<JobView | undefined> = computed(() => jobs.open.get(job));
  const load = () => run(() => jobs.load(job));
  jobs.hold(job);
  onMounted(load);
  return { view, busy, failure, load, jobs };
}
