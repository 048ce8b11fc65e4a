/** A job's money for a screen: fetched when it opens and whenever the job changes. */
import type { FeesView } from '@schemas';
import { computed, onMounted, watch, type ComputedRef } from 'vue';
import { money } from '@/format/amount';
import { useTexts } from '@/i18n';
import { useDoing } from '@/stores/doing';
import { useFeesStore } from '@/stores/fees';
import { useJobs } from '@/stores/jobs';

export function useFees(job: string) {
  const fees = useFeesStore();
  const jobs = useJobs();
  const { t } = useTexts();
  const { busy, failure, run } = useDoing({ quiet: true });
  const view: ComputedRef<FeesView | undefined> = computed(() => fees.open.get(job));
  const load = () => run(() => fees.load(job));
  onMounted(load);
  watch(() => jobs.open.get(job), load);

  /** What stands at the side of the job's section: the sum and what is owed. */
  const side = computed(() => {
    if (!view.value) return '';
    const { lines, proposed, sums } = view.value;
    if (lines.length === 0) return proposed.length > 0 ? t('fees.proposedSide', { count: proposed.length }) : t('fees.none');
    const rest = sums.owed > 0 ? t('fees.open', { money: money(sums.owed) }) : t(sums.owed < 0 ? 'fees.over' : 'fees.settled');
    return [money(sums.customer), rest].join(' · ');
  });
  const complete = computed(() => {
    const now = view.value;
    return now !== undefined && now.lines.length > 0 && now.proposed.length === 0 && now.sums.owed === 0;
  });

  return { view, busy, failure, load, side, complete, fees };
}
