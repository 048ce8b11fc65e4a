import { flushPromises } from '@vue/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { at, card, NOW } from '../../test/builders';
import { runningLimit } from '@/format/limit';
import { HOUR, MINUTE } from '@/format/time';
import { useJobs } from '@/stores/jobs';
import { openStory } from '../../test/door';
import { onePageEach, open, seen } from '../../test/page';
import JobPage from './JobPage.vue';

onePageEach();
afterEach(() => {
  vi.useRealTimers();
});

const told = () => seen('limit')?.textContent?.replace(/\s+/g, ' ') ?? '';
const pass = async (ms: number) => {
  await vi.advanceTimersByTimeAsync(ms);
  await flushPromises();
};
/** The device sleeps: no timer runs, and then somebody looks. */
async function sleep(ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  document.dispatchEvent(new Event('visibilitychange'));
  await flushPromises();
}

it('the job counts down to the arrival, then the time on site against its limit, until it ends', async () => {
  vi.useFakeTimers({ now: Date.now(), toFake: ['Date', 'setInterval', 'clearInterval'] });
  const world = openStory();
  await open(JobPage, world);
  expect(told()).toContain('还剩 38 分');
  await pass(40 * MINUTE);
  expect(told()).toContain('已迟 2 分');
  expect(seen('limit')?.classList).toContain('late');
  for (const tap of ['depart', 'arrive']) world.story.answer('tap_node', { tap } as never);
  const { card: here } = world.story.do_job({ job: card().job });
  here.limit_minutes = 120;
  await useJobs().load(here.job);
  await flushPromises();
  expect(seen('limit')?.dataset.of).toBe('work');
  await pass(46 * MINUTE);
  expect(told()).toMatch(/还剩 1 小时 14 分.*已用 46 \/ 120 分/);
});

it('is right at once after a sleep of hours', async () => {
  vi.useFakeTimers({ now: Date.now(), toFake: ['Date', 'setInterval', 'clearInterval'] });
  await open(JobPage);
  expect(told()).toContain('还剩 38 分');
  await sleep(3 * HOUR);
  expect(told()).toContain('已迟 2 小时 22 分');
});

it('none runs on what has ended, was cancelled, or has none', () => {
  expect(runningLimit(card(), NOW)).toMatchObject({ of: 'arrive', left_ms: 38 * MINUTE });
  expect(runningLimit(card({ finished_at: at(-1) }), NOW)).toBeNull();
  expect(runningLimit(card({ status: 'cancelled' }), NOW)).toBeNull();
  expect(runningLimit(card({ arrive_by: null }), NOW)).toBeNull();
  expect(runningLimit(card({ arrived_at: at(-46), limit_minutes: 0 }), NOW)).toBeNull();
  expect(runningLimit(card({ arrived_at: at(-130), limit_minutes: 120 }), NOW)).toEqual({
    of: 'work',
    used_min: 130,
    limit_min: 120,
    over_min: 10,
  });
});
