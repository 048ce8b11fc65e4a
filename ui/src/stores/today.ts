/** The phone's list of the day, and what is agreed for the days after it. */
import type { JobCard, TodayView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { DAY, dayStart } from '@/format/time';
import { latest } from './latest';
import { useNews } from './news';
import { useSession } from './session';
import { useSync } from './sync';

/** So far ahead nobody looks on a phone. */
const AHEAD = 90 * DAY;
const MOST = 200;

/** This member's open jobs of later days, the next one first. */
async function comingAfter({ day, jobs }: TodayView): Promise<JobCard[]> {
  const member = useSession().view?.member?.id;
  if (!member) return [];
  const days = { from: dayStart(day) + DAY, to: dayStart(day) + AHEAD };
  const wanted = { status: null, township: null, phone: null, serial: null, open: true, after: null, limit: MOST };
  const later = await call('listJobs', { days, member, ...wanted });
  return later.jobs
    .filter((card) => !jobs.some(({ job }) => job === card.job))
    .sort((one, other) => (one.arrive_by ?? 0) - (other.arrive_by ?? 0));
}

export const useToday = defineStore('today', () => {
  const view = ref<TodayView | null>(null);
  const coming = ref<JobCard[]>([]);
  const load = latest(async () => {
    const now = await call('today');
    view.value = now;
    useSync().chip = now.sync;
    coming.value = await comingAfter(now);
    // A job that is put off to tomorrow has moved: nobody took it away.
    useNews().seen({ ...now, jobs: [...now.jobs, ...coming.value] });
  });
  return { view, coming, load };
});
