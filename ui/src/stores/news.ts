/**
 * What others did to this member's jobs of the day, told once and quietly: the list is compared with what it was. What this hand did
 * itself is no news to it, and neither is a new day's list.
 */
import type { AskedLine, JobCard, JobView, TodayView } from '@schemas';
import { defineStore } from 'pinia';
import { span } from '@/format/time';
import { i18n } from '@/i18n';
import { useNotices } from './notices';

/** Most important first: one piece of news a job. */
export type NewsKind = 'new_job' | 'cancelled' | 'moved' | 'consented' | 'given_up' | 'approved' | 'taken_away';
export interface News {
  kind: NewsKind;
  card: JobCard;
}

/** So many are told one by one; the rest is counted. */
const MOST = 3;

type Known = ReadonlyMap<string, JobCard>;
const COMES_TO: NewsKind[] = ['cancelled', 'consented', 'given_up', 'approved'];
const windowOf = ({ window }: JobCard) => (window ? `${window.from}-${window.to}` : '');

function between(before: JobCard | undefined, card: JobCard): NewsKind | null {
  if (!before) return card.finished_at === null && card.status !== 'cancelled' ? 'new_job' : null;
  if (before.status !== card.status && card.status === 'cancelled') return 'cancelled';
  if (windowOf(before) !== windowOf(card) && card.arrived_at === null) return 'moved';
  return before.status === card.status ? null : (COMES_TO.find((kind) => kind === card.status) ?? null);
}

export function newsOf(before: Known, after: JobCard[]): News[] {
  const here = new Set(after.map((card) => card.job));
  const gone = [...before.values()].filter((card) => !here.has(card.job) && card.finished_at === null && card.status !== 'cancelled');
  return [
    ...after.flatMap((card) => {
      const kind = between(before.get(card.job), card);
      return kind ? [{ kind, card }] : [];
    }),
    ...gone.map((card): News => ({ kind: 'taken_away', card })),
  ];
}

/** Parts that were asked for, have come, and had not come when this was looked at before. */
export function arrivedOf(before: ReadonlySet<string>, asked: AskedLine[]): { id: string; name: string }[] {
  return asked.flatMap(({ id, what, step }) =>
    what.asked === 'part' && step === 'arrived' && !before.has(id) ? [{ id, name: what.name }] : [],
  );
}

export const useNews = defineStore('news', () => {
  const notices = useNotices();
  let day = '';
  let known: Map<string, JobCard> | null = null;
  /** Own deeds that are under way, and the jobs that some were done to since the last list. */
  let doing = 0;
  const mine = new Set<string>();
  let held: TodayView | null = null;

  /** Requests whose parts have come; `null` before the first look. */
  let arrived: Set<string> | null = null;

  /** What this member asked for, as it is now. */
  function asked(lines: AskedLine[]): void {
    const came = arrived && arrivedOf(arrived, lines);
    arrived = new Set(arrivedOf(new Set(), lines).map(({ id }) => id));
    const [first] = came ?? [];
    if (!came || !first) return;
    const { t } = i18n.global;
    const text = came.length > 1 ? t('mine.arrivedMore', { count: came.length }, came.length) : t('mine.arrived', { name: first.name });
    notices.news(text, { label: t('mine.look'), to: '/field/me/stock' });
  }

  function tell({ kind, card }: News, now: number): void {
    const { t, locale } = i18n.global;
    const tongue = locale.value === 'en' ? 'en' : 'zh';
    const when = card.window ? span(card.window.from, card.window.to, now, tongue) : t('field.today.noWindow');
    const to = kind === 'taken_away' ? '/field/today' : `/field/job/${card.job}`;
    notices.news(t(`field.news.${kind}`, { name: card.customer, where: card.township || card.address, when }), {
      label: t(kind === 'taken_away' ? 'field.news.list' : 'field.news.look'),
      to,
    });
  }

  function compare(view: TodayView): void {
    const before = known;
    known = new Map(view.jobs.map((card) => [card.job, card]));
    if (before && day === view.day) {
      const all = newsOf(before, view.jobs);
      const told = all.filter(({ card }) => !mine.has(card.job));
      told.slice(0, MOST).forEach((news) => tell(news, view.now));
      const more = told.length - MOST;
      if (more > 0) {
        const { t } = i18n.global;
        notices.news(t('field.news.more', { count: more }, more), { label: t('field.news.list'), to: '/field/today' });
      }
      // This list may be older than one's own deed: the answer to that stands until the next list, which is judged by it.
      for (const { card } of all) {
        const own = before.get(card.job);
        if (own && mine.has(card.job)) known.set(card.job, own);
      }
    }
    mine.clear();
    day = view.day;
  }

  function seen(view: TodayView): void {
    if (doing > 0) held = view;
    else compare(view);
  }

  /** Something that this hand does to a job; its list may be told before its answer is here. */
  async function own<T>(deed: Promise<T>, jobOf: (answer: T) => JobView): Promise<T> {
    doing += 1;
    try {
      const answer = await deed;
      const { card } = jobOf(answer);
      known?.set(card.job, card);
      mine.add(card.job);
      return answer;
    } finally {
      doing -= 1;
      if (doing === 0 && held) {
        const view = held;
        held = null;
        compare(view);
      }
    }
  }

  return { seen, own, asked };
});
