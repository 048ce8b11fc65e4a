/** 审核: answers to sheets, one by one or all without findings, and what was just approved taken back (R39). */
import type { JobCard } from '@schemas';
import { ref, watch } from 'vue';
import { useTexts } from '@/i18n';
import { useDoing } from '@/stores/doing';
import { useNotices } from '@/stores/notices';
import { useTurns } from '@/stores/turns';

/** Answers to one sheet at a time. */
export function useApproving() {
  const turns = useTurns();
  const notices = useNotices();
  const { t } = useTexts();
  const { busy, run } = useDoing();
  const did = async (work: () => Promise<void>) =>
    (await run(async () => {
      await work();
      return true;
    })) === true;

  async function approve(card: JobCard): Promise<boolean> {
    const fine = await did(() => turns.approve(card.job));
    if (fine)
      notices.done(t('turns.sheetApproved', { customer: card.customer }), { label: t('turns.takeBack'), run: () => void unsay(card) });
    return fine;
  }
  /** An answer is evidence: it is withdrawn by another one, and both stay. */
  async function unsay(card: JobCard): Promise<void> {
    if (await did(() => turns.withdraw(card.job))) notices.done(t('turns.takenBack', { count: 1 }));
  }
  async function giveBack(card: JobCard, note: string): Promise<boolean> {
    const fine = await did(() => turns.giveBack(card.job, note));
    if (fine)
      notices.done(t('turns.sheetReturned', { customer: card.customer }), { label: t('turns.takeBack'), run: () => void unsay(card) });
    return fine;
  }
  return { turns, busy, did, approve, giveBack };
}

/** All that wait and have no findings, with progress; looks at each first. */
export function useApprovingAll() {
  const { turns, busy, did, approve, giveBack } = useApproving();
  const notices = useNotices();
  const { t } = useTexts();
  const looking = useDoing({ quiet: true });
  /** Under way: how many of how many; and what was approved last, to be taken back. */
  const all = ref<{ done: number; of: number } | null>(null);
  const approved = ref<string[]>([]);
  let stopped = false;

  const look = () => void looking.run(() => turns.look());
  watch(
    () => turns.unseen.map((card) => card.job).join(),
    (unseen) => {
      if (unseen !== '') look();
    },
    { immediate: true },
  );

  async function approveAll(): Promise<void> {
    const jobs = turns.clean.map((card) => card.job);
    const done: string[] = [];
    stopped = false;
    all.value = { done: 0, of: jobs.length };
    for (const job of jobs) {
      if (stopped || !(await did(() => turns.approve(job)))) break;
      done.push(job);
      all.value = { done: done.length, of: jobs.length };
    }
    all.value = null;
    approved.value = done;
    if (done.length < jobs.length) notices.done(t('turns.partly', { done: done.length, left: jobs.length - done.length }));
  }
  const stop = () => {
    stopped = true;
  };

  async function takeBack(): Promise<void> {
    const jobs = [...approved.value];
    for (const job of jobs) {
      if (!(await did(() => turns.withdraw(job)))) return;
      approved.value = approved.value.filter((each) => each !== job);
    }
    notices.done(t('turns.takenBack', { count: jobs.length }));
  }

  return { turns, busy, looking, look, all, approved, approveAll, stop, takeBack, approve, giveBack };
}

/** What is usually said to a sheet that goes back. */
export const USUAL_RETURNS = ['photo', 'fields', 'fees'] as const;
