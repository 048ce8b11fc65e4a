import type { CoreEvent, FeeLine, HistoryLine } from '@schemas';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at, card } from '../../test/builders';
import { openStory } from '../../test/door';
import FieldShell from '@/field/FieldShell.vue';
import { followCore } from './live';
import { watchNews } from './newsWatch';
import { useNotices } from './notices';
import { useSession } from './session';
import { useToday } from './today';

class Line {
  static last: Line;
  onmessage: ((message: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  onopen: (() => void) | null = null;
  constructor() {
    Line.last = this;
  }
}
const HOUR = 3_600_000;
const { job } = card();
const texts = () => useNotices().shown.map((notice) => notice.text);
let line: Line | undefined;
let stops: (() => void)[] = [];

beforeEach(() => vi.stubGlobal('EventSource', Line));
afterEach(() => {
  stops.forEach((stop) => stop());
  stops = [];
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function tell(event: CoreEvent): Promise<void> {
  line?.onmessage?.({ data: JSON.stringify({ event: 'core-message', payload: event }) });
  await flushPromises();
  await flushPromises();
}
/** As the app does when it comes back to a job: it follows the core, and no list was opened. */
async function restored() {
  const world = openStory();
  stops.push(await followCore());
  line ??= Line.last;
  await useSession().load();
  return world;
}
const answered = (id: string, by = '覃大勇'): HistoryLine => ({
  at: at(-1),
  by,
  device: '店里电脑',
  action: 'answer_price',
  id,
  undoable: false,
  received: true,
});

describe('an app that came back to a job', () => {
  it('hears of a new job and of a part that came, though no list was opened', async () => {
    const { story } = await restored();
    stops.push(await watchNews());
    const given = card({ job: '01KAJ9Z0000000000000000031', customer: '向明' });
    story.hear(given);
    const before = story.do_mine();
    story.do_mine = () => ({
      ...before,
      asked: [
        {
          ...(before.asked[0] as (typeof before.asked)[number]),
          id: 'R9',
          what: { asked: 'part', code: '', name: '密封圈', quantity: 1, job: null, note: '' } as never,
          step: 'arrived',
        },
      ],
    });
    await tell({ kind: 'jobs_changed', jobs: [given.job] });
    expect(texts().sort()).toEqual(['密封圈到了，可以去领', expect.stringContaining('向明')]);
  });

  it('fetches what news is compared with a moment after its shell is there', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const world = await restored();
    const shell = mount(FieldShell, { global: { plugins: world.plugins, stubs: { RouterView: true } } });
    expect(world.asked.map(({ command }) => command)).not.toContain('today');
    await vi.advanceTimersByTimeAsync(2000);
    await vi.waitFor(() =>
      expect(world.asked.map(({ command }) => command)).toEqual(expect.arrayContaining(['today', 'mine', 'list_jobs'])),
    );
    shell.unmount();
  });
});

describe('the owner’s word on a price', () => {
  async function watched(lines: Partial<FeeLine>[]) {
    const world = await restored();
    const view = world.story.do_job({ job });
    const fees = world.story.do_fees();
    Object.assign(world.story, { do_fees: () => ({ ...fees, lines }) });
    stops.push(await watchNews());
    return { ...world, view };
  }

  it('is news with the way to the fees, told once', async () => {
    const { view } = await watched([{ waiting_fen: 0 }]);
    view.history = [...view.history, answered('K21')];
    await tell({ kind: 'jobs_changed', jobs: [job] });
    await tell({ kind: 'jobs_changed', jobs: [job] });
    expect(texts()).toEqual(['老板同意了王芳的价格，可以收了']);
    expect(useNotices().shown[0]?.go?.to).toBe(`/field/job/${job}/fees`);
  });

  it('is not called an agreement while something waits', async () => {
    const { view } = await watched([{ waiting_fen: 4000 }]);
    view.history = [...view.history, answered('K21')];
    await tell({ kind: 'jobs_changed', jobs: [job] });
    expect(texts()).toEqual(['老板回复了王芳的价格，还不能按它收']);
  });

  it('is no news where it stood there before, or was this hand’s own', async () => {
    const world = await restored();
    const view = world.story.do_job({ job });
    view.history = [...view.history, answered('K20')];
    stops.push(await watchNews());
    view.history = [...view.history, answered('K21', '冉小军')];
    await tell({ kind: 'jobs_changed', jobs: [job] });
    expect(texts()).toEqual([]);
  });
});

describe('a job of a later day', () => {
  const window = { from: at(26 * 60), to: at(28 * 60) };
  const later = card({ job: '01KAJ9Z0000000000000000041', customer: '罗桂香', window, arrive_by: window.to });

  it('is asked for as this member’s open jobs from tomorrow on, the next one first', async () => {
    const { story, asked } = await restored();
    story.coming = [
      { ...later, job: '01KAJ9Z0000000000000000042', arrive_by: window.to + HOUR },
      later,
      story.do_today().jobs[0] as typeof later,
    ];
    await useToday().load();
    expect(useToday().coming.map((each) => each.job.slice(-2))).toEqual(['41', '42']);
    const { days, member, open } = asked.at(-1)?.input as { days: { from: number }; member: string; open: boolean };
    expect([member, open]).toEqual([useSession().view?.member?.id, true]);
    expect(new Date(days.from + 8 * HOUR).toISOString().slice(11)).toBe('00:00:00.000Z');
    expect(days.from).toBeGreaterThan(Date.now());
  });

  it('is news when it is given, and was not taken away when it was put off to then', async () => {
    const { story } = await restored();
    await useToday().load();
    story.coming = [later];
    await tell({ kind: 'jobs_changed', jobs: [later.job] });
    expect(texts()).toEqual([expect.stringContaining('新单：罗桂香')]);
    const today = story.do_today();
    const [first, ...others] = today.jobs;
    story.do_today = () => ({ ...today, jobs: others });
    story.coming = [later, { ...(first as typeof later), window }];
    await tell({ kind: 'jobs_changed', jobs: [job] });
    expect(texts().at(-1)).toContain('王芳的时间改了');
  });
});
