import type { JobCard, TodayView } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { at, card, job, NOW } from '../../test/builders';
import { openStory } from '../../test/door';
import { chip } from '../../test/outletBuilders';
import { useJobs } from './jobs';
import { newsOf, useNews } from './news';
import { useNotices } from './notices';
import { useToday } from './today';

const HOUR = 3_600_000;
const luo = card({ job: '01KAJ9Z0000000000000000011', customer: '罗桂香', urgency: 'normal', window: { from: NOW, to: NOW + HOUR } });
const peng = card({ job: '01KAJ9Z0000000000000000012', customer: '彭秀兰', township: '石桥铺镇', urgency: 'normal' });
const list = (jobs: JobCard[], day = '2026-11-21'): TodayView => ({ clock_note: null, day, now: NOW, jobs, sync: chip() });
const known = (...jobs: JobCard[]) => new Map(jobs.map((each) => [each.job, each]));
const kinds = (before: JobCard[], after: JobCard[]) =>
  newsOf(known(...before), after).map(({ kind, card: { customer } }) => [kind, customer]);
const texts = () => useNotices().shown.map((notice) => notice.text);

beforeEach(() => setActivePinia(createPinia()));

describe('what is new on a list', () => {
  it('is a job, another time, the customer’s word, the owner’s word, and a job that went', () => {
    const later = { ...luo, window: { from: NOW + HOUR, to: NOW + 2 * HOUR } };
    expect(kinds([luo], [luo, peng])).toEqual([['new_job', '彭秀兰']]);
    expect(kinds([luo], [later])).toEqual([['moved', '罗桂香']]);
    expect(kinds([luo], [{ ...luo, window: null }])).toEqual([['moved', '罗桂香']]);
    for (const status of ['consented', 'given_up', 'approved', 'cancelled'] as const) {
      expect(kinds([luo], [{ ...luo, status }])).toEqual([[status, '罗桂香']]);
    }
    expect(kinds([luo, peng], [luo])).toEqual([['taken_away', '彭秀兰']]);
  });

  it('is none of what the work itself does', () => {
    expect(kinds([luo], [{ ...luo, status: 'departed' }])).toEqual([]);
    expect(kinds([luo], [{ ...luo, photos: 3, readings_done: 2, unsent: 4 }])).toEqual([]);
    expect(kinds([{ ...luo, status: 'arrived', arrived_at: NOW }], [{ ...luo, arrived_at: NOW, window: null }])).toEqual([]);
    expect(kinds([{ ...peng, finished_at: NOW, status: 'finished' }], [])).toEqual([]);
    expect(kinds([], [{ ...peng, finished_at: NOW, status: 'finished' }])).toEqual([]);
    expect(kinds([], [{ ...peng, status: 'cancelled' }])).toEqual([]);
  });
});

describe('news', () => {
  it('is told once, with the way to the job', () => {
    const news = useNews();
    news.seen(list([luo]));
    expect(texts()).toEqual([]);
    news.seen(list([luo, peng]));
    news.seen(list([luo, peng]));
    expect(texts()).toEqual(['新单：彭秀兰，石桥铺镇，时间未约']);
    expect(useNotices().shown[0]?.go?.to).toBe(`/field/job/${peng.job}`);
  });

  it('never floods: three are told, the rest is counted', () => {
    const news = useNews();
    const many = Array.from({ length: 8 }, (_, n) => card({ job: `01KAJ9Z00000000000000000${20 + n}`, customer: `用户${n}` }));
    news.seen(list([]));
    news.seen(list(many.slice(0, 3)));
    expect(texts()).toHaveLength(3);
    news.seen(list(many));
    expect(texts()).toEqual([
      expect.stringContaining('用户3'),
      expect.stringContaining('用户4'),
      expect.stringContaining('用户5'),
      '还有 2 条新消息',
    ]);
    expect(useNotices().shown.at(-1)?.go?.to).toBe('/field/today');
  });

  it('is not a new day’s list', () => {
    const news = useNews();
    news.seen(list([luo]));
    news.seen(list([peng], '2026-11-22'));
    expect(texts()).toEqual([]);
    news.seen(list([peng, luo], '2026-11-22'));
    expect(texts()).toHaveLength(1);
  });
});

describe('one’s own deed', () => {
  const moved = { ...luo, window: { from: NOW + HOUR, to: NOW + 2 * HOUR } };
  const view = job({ card: moved });

  it('is no news, whether its list comes before its answer or after it', async () => {
    const news = useNews();
    news.seen(list([luo]));
    let answer: (value: typeof view) => void = () => undefined;
    const deed = news.own(new Promise<typeof view>((done) => (answer = done)), (each) => each);
    news.seen(list([moved]));
    expect(texts()).toEqual([]);
    answer(view);
    await deed;
    news.seen(list([moved]));
    expect(texts()).toEqual([]);
  });

  it('is no news either where an older list comes after it', async () => {
    const news = useNews();
    news.seen(list([luo]));
    await news.own(Promise.resolve(view), (each) => each);
    news.seen(list([luo]));
    news.seen(list([moved]));
    expect(texts()).toEqual([]);
    // What somebody else does to the same job afterwards is.
    news.seen(list([{ ...moved, status: 'cancelled' }]));
    expect(texts()).toEqual(['罗桂香的单取消了']);
  });

  it('that failed holds nothing back', async () => {
    const news = useNews();
    news.seen(list([luo]));
    const deed = news.own(Promise.reject(new Error('no')), () => view).catch(() => undefined);
    news.seen(list([luo, peng]));
    await deed;
    expect(texts()).toHaveLength(1);
  });

  it('is told apart from others’ by the stores themselves', async () => {
    const { story } = openStory();
    const today = useToday();
    await today.load();
    const mine = card().job;
    await useJobs().tap({ job: mine, tap: 'depart' });
    await useJobs().noteFact({
      job: mine,
      fact: { fact: 'appointment', result: 'rebooked', window: { from: at(60), to: at(120) }, channel: 'phone', reason: '' },
      claimed: null,
    });
    await today.load();
    await flushPromises();
    expect(texts()).toEqual([]);
    story.hear(card({ job: '01KAJ9Z0000000000000000031', customer: '向明' }));
    await today.load();
    expect(texts()).toEqual([expect.stringContaining('向明')]);
  });
});
