/**
 * Finds news wherever the app was opened. What the lists are compared with is fetched once, and no list tells that the owner answered a
 * price above the guide (R28): the jobs of the day are asked for that.
 */
import { onCoreEvent } from '@/api/live';
import { call } from '@/api/call';
import { i18n } from '@/i18n';
import { useMine } from './mine';
import { useNotices } from './notices';
import { useSession } from './session';
import { useToday } from './today';

export async function watchNews(): Promise<() => void> {
  const [today, mine, session, notices] = [useToday(), useMine(), useSession(), useNotices()];
  /** Answers that are known, by job. */
  const known = new Map<string, Set<string>>();
  let working = Promise.resolve();

  async function look(job: string, name: string): Promise<void> {
    const { history } = await call('job', { job });
    const me = session.view?.member?.name;
    const answers = history.filter(({ action, by }) => action === 'answer_price' && by !== me).map(({ id }) => id);
    const before = known.get(job);
    known.set(job, new Set(answers));
    if (!before || answers.every((id) => before.has(id))) return;
    const { lines } = await call('fees', { job });
    const waits = lines.some((line) => line.waiting_fen > 0);
    const { t } = i18n.global;
    const text = t(waits ? 'field.news.price_answered' : 'field.news.price_agreed', { name });
    notices.news(text, { label: t('field.news.look'), to: `/field/job/${job}/fees` });
  }

  /** Those that changed, and those that were never looked at; one after another, so that nothing is told twice. */
  function follow(changed: string[] | null): Promise<void> {
    working = working.then(async () => {
      const open = (today.view?.jobs ?? []).filter((card) => card.finished_at === null && card.status !== 'cancelled');
      for (const { job, customer } of open)
        if (!changed || changed.includes(job) || !known.has(job)) await look(job, customer).catch(() => undefined);
    });
    return working;
  }

  if (!today.view) await today.load();
  if (!mine.view) await mine.load();
  await follow([]);
  return onCoreEvent(
    (event) => {
      if (event.kind === 'jobs_changed') void follow(event.jobs);
    },
    () => void follow(null),
  );
}
