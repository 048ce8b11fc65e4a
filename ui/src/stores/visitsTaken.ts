/** Orders that were taken by themselves for visits of contracts (R37) are told, with the way back: who cancels one has decided. */
import { call } from '@/api/call';
import { i18n } from '@/i18n';
import { useJobs } from './jobs';
import { useNotices } from './notices';

export async function tellVisits(ids: string[]): Promise<void> {
  const jobs = useJobs();
  const notices = useNotices();
  const { t } = i18n.global;
  const taken = await Promise.all(ids.map((job) => call('job', { job })));
  const [first] = taken;
  if (!first) return;
  const { customer } = first.card;
  const text = t('customers.visitsTaken', { customer, count: taken.length }, taken.length);
  const cancel = async () => {
    await Promise.all(ids.map((job) => jobs.noteOnOrder({ job, fact: { fact: 'cancel', reason: t('customers.visitsSlip') } })));
    notices.done(t('customers.visitsCancelled'));
  };
  const to = '/desk/customers?tab=due';
  notices.news(
    text,
    { label: t('customers.visitsLook'), to },
    {
      label: t('customers.visitsUndo'),
      run: () => void cancel().catch((error: unknown) => notices.failed(error)),
    },
  );
}
