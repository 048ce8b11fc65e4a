import type { ErrorCode } from '@schemas';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import { card } from '../../test/builders';
import { openStory, T } from '../../test/door';
import { chip, session } from '../../test/outletBuilders';
import { lastSought } from '@/stores/find';
import { useSession } from '@/stores/session';
import { useToday } from '@/stores/today';
import BenchPage from './bench/BenchPage.vue';
import QueuePage from './bench/QueuePage.vue';
import { cameFrom } from './cameFrom';
import CardPage from './CardPage.vue';
import ConflictPage from './ConflictPage.vue';
import FinishPage from './FinishPage.vue';
import FindPage from './FindPage.vue';
import JobPage from './JobPage.vue';
import CashPage from './me/CashPage.vue';
import EarnedPage from './me/EarnedPage.vue';
import PapersPage from './me/PapersPage.vue';
import StockPage from './me/StockPage.vue';
import MePage from './MePage.vue';
import ProofPage from './proof/ProofPage.vue';
import SafetyPage from './SafetyPage.vue';
import SheetPage from './SheetPage.vue';
import StoragePage from './StoragePage.vue';
import SyncPage from './SyncPage.vue';
import TodayPage from './TodayPage.vue';
import TurnsPage from './turns/TurnsPage.vue';
import WalkInPage from './walkin/WalkInPage.vue';

type World = ReturnType<typeof openStory>;
const { job } = card();
let page: VueWrapper | undefined;
beforeEach(() => {
  Element.prototype.scrollIntoView = () => undefined;
  cameFrom('/field/today');
});
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

/** The core refuses `command` until the answer is let through again. */
function refusing(world: World, command: string, code: ErrorCode): () => void {
  const { answer } = world.story;
  world.story.answer = (asked, input) =>
    asked === command ? { failure: { code, params: {}, detail: code } } : answer.call(world.story, asked, input);
  return () => {
    world.story.answer = answer;
  };
}
async function show(component: Parameters<typeof mount>[0], world: World): Promise<VueWrapper> {
  page = mount(component, { props: { job }, global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } } });
  await nextTick();
  return page;
}

describe.each([
  ['the job', JobPage, 'job'],
  ['the card', CardPage, 'job'],
  ['the safety check', SafetyPage, 'job'],
  ['the sheet', SheetPage, 'job'],
  ['finishing', FinishPage, 'job'],
  ['today', TodayPage, 'today'],
  ['sync', SyncPage, 'sync_status'],
  ['the data folder', StoragePage, 'storage'],
  ['the bench', BenchPage, 'job'],
  ['the chain of the bench', BenchPage, 'bench'],
  ['the queue of the bench', QueuePage, 'bench_queue'],
  ['the proof', ProofPage, 'job'],
  ['what was earned', EarnedPage, 'mine'],
  ['the cash in hand', CashPage, 'mine'],
  ['the stock', StockPage, 'mine'],
  ['the papers', PapersPage, 'mine'],
  ['the conflict', ConflictPage, 'job'],
  ['what is in conflict', ConflictPage, 'conflicts'],
] as const)('%s', (_name, component, command) => {
  it('says that it opens, then what went wrong and what was kept, and opens on another try', async () => {
    const world = openStory();
    const heal = refusing(world, command, 'disk_full');
    const shown = await show(component, world);
    expect(shown.get(T('state-loading')).attributes('role')).toBe('status');
    await flushPromises();
    const failed = shown.get(T('state-failed'));
    expect(failed.text()).toContain('已经记下的都在本机');
    heal();
    await failed.get(T('state-retry')).trigger('click');
    await flushPromises();
    expect(shown.find(T('state-failed')).exists()).toBe(false);
    expect(shown.find(T('state-loading')).exists()).toBe(false);
  });
});

it('a walk-in is taken even where its lists can’t be read, and it says so', async () => {
  const world = openStory();
  refusing(world, 'pick_lists', 'disk_full');
  const shown = await show(WalkInPage, world);
  await flushPromises();
  expect(shown.get(T('walk-in-error')).text()).toContain('存储空间满了');
  expect(shown.find('form').exists()).toBe(true);
});

it('me waits for the session', async () => {
  const shown = await show(MePage, openStory());
  expect(shown.find(T('state-loading')).exists()).toBe(true);
  await useSession().load();
  await flushPromises();
  expect(shown.find(T('state-loading')).exists()).toBe(false);
  expect(shown.get(T('me-name')).text()).toBe('冉小军');
});

describe('a job that is not here', () => {
  it.each([JobPage, CardPage, SafetyPage, SheetPage, FinishPage])('leads back to the list', async (component) => {
    const world = openStory();
    refusing(world, 'job', 'job_not_found');
    const shown = await show(component, world);
    await flushPromises();
    expect(shown.get(T('state-failed')).text()).toContain('可能已改派给别人');
    expect(shown.get(T('state-list')).attributes('href')).toBe('/field/today');
  });
});

it('today folds the days to come below its list', async () => {
  const world = openStory();
  await useSession().load();
  const shown = await show(TodayPage, world);
  await flushPromises();
  expect(shown.find(T('coming')).exists()).toBe(false);
  world.story.coming = [card({ job: '01KAJ9Z0000000000000000041', customer: '罗桂香' })];
  await useToday().load();
  await vi.waitFor(() => expect(shown.find(T('coming')).exists()).toBe(true));
  expect(shown.get(T('coming-count')).text()).toBe('1 单');
  expect(shown.get(T('coming')).attributes('open')).toBeUndefined();
  expect(shown.get(`${T('coming')} ${T('coming-card')}`).attributes('href')).toBe('/field/job/01KAJ9Z0000000000000000041');
});

describe('what is empty', () => {
  it('today says how a job comes, and without a network what can be done now', async () => {
    const world = openStory();
    world.story.do_today = () => ({ clock_note: null, day: '2026-11-21', now: 0, jobs: [], sync: chip() });
    const shown = await show(TodayPage, world);
    await flushPromises();
    expect(shown.get(T('empty')).text()).toContain('也可以现在同步一次');
    useSession().view = session({ no_network: true });
    await flushPromises();
    expect(shown.get(T('empty')).text()).toContain('现场接的单现在就能做');
    expect(shown.find(T('open-walk-in')).exists()).toBe(true);
  });

  it('the safety check leads to the sheet', async () => {
    const world = openStory();
    const view = world.story.do_job({ job });
    view.appliances.forEach((each) => {
      each.readings = [];
    });
    const shown = await show(SafetyPage, world);
    await flushPromises();
    expect(shown.get(T('empty-next')).attributes('href')).toBe(`/field/job/${job}/sheet`);
  });

  it('a finished job leads back to the list', async () => {
    const world = openStory();
    world.story.answer('finish', { job, outcome: 'needs_part' } as never);
    const shown = await show(FinishPage, world);
    await flushPromises();
    expect(shown.get(T('empty-next')).attributes('href')).toBe('/field/today');
  });

  it('the search can be tried again', async () => {
    const world = openStory();
    const heal = refusing(world, 'find_jobs', 'store_failed');
    const shown = await show(FindPage, world);
    await shown.get(T('find')).setValue('罗');
    await expect.poll(() => shown.find(T('state-retry')).exists()).toBe(true);
    heal();
    await shown.get(T('state-retry')).trigger('click');
    await expect.poll(() => shown.find(T('state-retry')).exists()).toBe(false);
    expect(shown.get(T('empty')).text()).toContain('罗');
    lastSought.value = '';
  });
});

it.each(['owners_turns', 'day_review'])('what waits for the owner says that it opens and what went wrong (%s)', async (command) => {
  const world = openStory('owner');
  await useSession().load();
  const heal = refusing(world, command, 'disk_full');
  const shown = await show(TurnsPage, world);
  expect(shown.get(T('state-loading')).attributes('role')).toBe('status');
  await flushPromises();
  expect(shown.get(T('state-failed')).text()).toContain('已经记下的都在本机');
  heal();
  await shown.get(T('state-retry')).trigger('click');
  await flushPromises();
  expect(shown.find(T('state-failed')).exists()).toBe(false);
});
