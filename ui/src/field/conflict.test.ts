import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../test/builders';
import { Contested, Moved } from '../../test/double/benchTales';
import { openStory, T } from '../../test/door';
import { session } from '../../test/outletBuilders';
import { useNotices } from '@/stores/notices';
import { useSession } from '@/stores/session';
import JobPanel from '@/desk/JobPanel.vue';
import OrdersPage from '@/desk/OrdersPage.vue';
import DeskSync from '@/desk/SyncPage.vue';
import ConflictPage from './ConflictPage.vue';
import JobPage from './JobPage.vue';
import SyncPage from './SyncPage.vue';

const { job } = card();
let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open(component: Parameters<typeof mount>[0], tale: 'contested' | 'plain' = 'contested', role = 'technician') {
  const world = openStory(role, tale === 'contested' ? Contested : undefined);
  useSession().view = session();
  page = mount(component, { props: { job }, global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } } });
  await flushPromises();
  return { ...world, page };
}
const told = (shown: VueWrapper, name: string) => shown.findAll(T(name)).map((each) => each.text());
const given = (world: Awaited<ReturnType<typeof open>>) =>
  world.asked.filter((each) => each.command === 'resolve').map((each) => each.input);

describe('a sheet that two filled in apart', () => {
  it('leads to the pick from the job', async () => {
    const { page: onJob } = await open(JobPage);
    expect(onJob.get(T('conflict-open')).attributes('href')).toBe(`/field/job/${job}/conflict`);
  });

  it('is counted on Sync, and leads to the pick from there', async () => {
    const { page: onSync } = await open(SyncPage);
    expect(onSync.get(T('contested')).text()).toContain('1 单');
    expect(onSync.get(T('contested-job')).attributes('href')).toBe(`/field/job/${job}/conflict`);
  });

  it('is counted on the desk’s Sync too, and compared beside its order', async () => {
    const world = await open(DeskSync, 'contested', 'owner');
    const way = world.page.get(T('contested-job')).attributes('href');
    expect(way).toBe(`/desk/orders?compare=${job}`);
    world.page.unmount();
    await world.router.push(way ?? '');
    page = mount(OrdersPage, { global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } } });
    await flushPromises();
    await vi.waitFor(() => expect(page?.find(T('conflict-field')).exists()).toBe(true));
    expect(page.get(T('job-panel')).attributes('data-job')).toBe(job);
  });

  it('is said on no other sheet', async () => {
    const { page: onJob } = await open(JobPage, 'plain');
    expect(onJob.find(T('conflict')).exists()).toBe(false);
  });

  it('is not counted where nothing differs', async () => {
    const { page: onSync } = await open(SyncPage, 'plain');
    expect(onSync.find(T('contested')).exists()).toBe(false);
  });
});

describe('picking', () => {
  it('shows each value with who, on which device and when, and writes the one that is tapped', async () => {
    const world = await open(ConflictPage);
    const fields = world.page.findAll(T('conflict-field'));
    expect(fields.map((field) => field.get('h2').text())).toEqual(['安泉 DSK-85 · 故障', '测量 · 仪表', '地址']);
    const [first, second] = fields[0]!.findAll(T('conflict-value'));
    expect(first!.text()).toMatch(/进水接头裂\s*现在显示\s*冉小军 · 冉师傅的手机 · /);
    await second!.get(T('conflict-pick')).trigger('click');
    await flushPromises();
    expect(given(world)).toMatchObject([{ job, place: { key: 'A0000001/fault' }, choice: { choice: 'pick' } }]);
    expect((given(world)[0]?.choice as { change: string }).change).toContain('密封圈老化');
    expect(useNotices().shown.map((notice) => notice.text)).toContain('已选：密封圈老化');
    expect(told(world.page, 'conflict-field')).toHaveLength(2);
  });

  it('takes a third moment by day and clock where the value is one, and shows it as people write it', async () => {
    const world = openStory('owner', Moved);
    useSession().view = session();
    const shown = mount(ConflictPage, { props: { job }, global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } } });
    page = shown;
    await flushPromises();
    expect(told(shown, 'conflict-value').map((each) => each.replace(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^11月21日 周六 14:00/),
      expect.stringMatching(/^11月22日 周日 09:00/),
    ]);
    await shown.get(T('conflict-third')).trigger('click');
    expect((shown.get(T('conflict-day')).element as HTMLInputElement).value).toBe('2026-11-21');
    await shown.get(T('conflict-time')).setValue('');
    expect(shown.get(T('conflict-write')).attributes('disabled')).toBeDefined();
    await shown.get(T('conflict-time')).setValue('16:30');
    await shown.get('form').trigger('submit');
    await flushPromises();
    const choice = world.asked.find((each) => each.command === 'resolve')?.input.choice;
    expect(choice).toEqual({ choice: 'typed', text: String(Date.UTC(2026, 10, 21, 8, 30)) });
    expect(useNotices().shown.map((notice) => notice.text)).toContain('已选：11月21日 周六 16:30');
  });

  it('takes a third value where none is right', async () => {
    const world = await open(ConflictPage);
    await world.page.get(T('conflict-third')).trigger('click');
    expect(world.page.get(T('conflict-write')).attributes('disabled')).toBeDefined();
    await world.page.get(T('conflict-typed')).setValue(' 管子老化 ');
    await world.page.get('form').trigger('submit');
    await flushPromises();
    expect(given(world)).toMatchObject([{ choice: { choice: 'typed', text: '管子老化' } }]);
  });

  it('lets nobody type over evidence, and says who decides where this member may not', async () => {
    const { page: shown } = await open(ConflictPage);
    const [, evidence, order] = shown.findAll(T('conflict-field'));
    expect(evidence!.find(T('conflict-third')).exists()).toBe(false);
    expect(evidence!.text()).toContain('这是证据');
    expect(evidence!.text()).toContain('（空）');
    expect(evidence!.findAll(T('conflict-pick'))).toHaveLength(2);
    expect(order!.findAll(T('conflict-pick'))).toHaveLength(0);
    expect(order!.get(T('conflict-why')).text()).toContain('老板');
  });

  it('ends with the way back to the job', async () => {
    const { page: shown } = await open(ConflictPage, 'plain');
    expect(shown.get(T('empty')).text()).toContain('没有不一致的了');
    expect(shown.get(T('conflict-back')).attributes('href')).toBe(`/field/job/${job}`);
  });

  it('is done by the owner beside the list, in the job’s own panel', async () => {
    const world = await open(JobPanel, 'contested', 'owner');
    await world.page.get(T('conflict-open')).trigger('click');
    await vi.waitFor(() => expect(world.page.find(T('conflict-field')).exists()).toBe(true));
    for (let left = 3; left > 0; left -= 1) {
      expect(world.page.findAll(T('conflict-field'))).toHaveLength(left);
      await world.page.get(T('conflict-pick')).trigger('click');
      await flushPromises();
    }
    expect(world.page.find(T('panel-conflict')).exists()).toBe(false);
  });
});
