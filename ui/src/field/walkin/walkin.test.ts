import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { card, owner } from '../../../test/builders';
import { openStory, T } from '../../../test/door';
import { session } from '../../../test/outletBuilders';
import { flush, openKept } from '@/stores/draft';
import { useNotices } from '@/stores/notices';
import { useSession } from '@/stores/session';
import { useToday } from '@/stores/today';
import JobPage from '../JobPage.vue';
import TodayPage from '../TodayPage.vue';
import WalkInPage from './WalkInPage.vue';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open(component: Parameters<typeof mount>[0] = WalkInPage, world = openStory(), props = {}) {
  await flush();
  await openKept();
  page?.unmount();
  page = mount(component, {
    props,
    global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } },
    attachTo: document.body,
  });
  await flushPromises();
  return { ...world, page };
}
async function fill(shown: VueWrapper): Promise<void> {
  await shown.get(T('walk-in-phone')).setValue('138 0000 1009');
  await shown.get(T('walk-in-name')).setValue('杨光荣');
  await shown.get(T('walk-in-township')).setValue('双河口镇');
  await shown.get(T('walk-in-address')).setValue('粮站旁');
  await shown.get(T('walk-in-appliance')).setValue('television');
}
const PASTED = '姓名：杨光荣 电话：13800001009\n晶视 65E3，有声音没图像';

describe('a job on the spot', () => {
  it('is taken as it was said, by whoever stands there, and opens at once', async () => {
    const world = openStory();
    const { page: shown } = await open(WalkInPage, world);
    await shown.get(T('walk-in-note')).setValue(PASTED);
    await fill(shown);
    await shown.get(T('walk-in-source-call')).trigger('click');
    await shown.get('form').trigger('submit');
    await flushPromises();
    const { input } = world.asked.find((each) => each.command === 'take_walk_in') ?? { input: {} };
    expect(input).toMatchObject({
      kind: 'repair',
      far: true,
      customer: { name: '杨光荣', phone: '13800001009', township: '双河口镇', address: '粮站旁' },
      appliances: [{ kind: 'television', brand: '', model: '', serial: '' }],
      note: PASTED,
      assignees: [],
      details: { source: 'call' },
    });
    expect(world.router.currentRoute.value.path).toMatch(/^\/field\/job\/01KAJ9Z/);
    // The form is empty for the next one, and one's own job is no news.
    await useToday().load();
    expect(useNotices().shown.map((notice) => notice.kind)).toEqual(['done']);
    const { page: again } = await open(WalkInPage, world);
    expect((again.get(T('walk-in-note')).element as HTMLTextAreaElement).value).toBe('');
  });

  it('says what is missing, and takes nothing before', async () => {
    const world = openStory();
    const { page: shown } = await open(WalkInPage, world);
    expect(shown.text()).not.toContain('要填电话');
    await shown.get('form').trigger('submit');
    await flushPromises();
    for (const text of ['要填电话', '要填客户姓名', '要填地址', '要选机器种类']) expect(shown.text()).toContain(text);
    expect(document.activeElement?.id).toBe('walk-in-phone');
    expect(world.asked.some((each) => each.command === 'take_walk_in')).toBe(false);
  });

  it('that is half typed outlives the page, and one that is refused stays', async () => {
    const world = openStory();
    const { page: shown } = await open(WalkInPage, world);
    await fill(shown);
    await shown.get(T('walk-in-phone')).setValue('12');
    await shown.get('form').trigger('submit');
    await flushPromises();
    expect(shown.find(T('walk-in-error')).exists()).toBe(true);
    const { page: again } = await open(WalkInPage, world);
    expect((again.get(T('walk-in-name')).element as HTMLInputElement).value).toBe('杨光荣');
  });

  it('is filled in from a pasted text, and what was typed stays', async () => {
    const world = openStory();
    const { page: shown } = await open(WalkInPage, world);
    await shown.get(T('walk-in-name')).setValue('杨师傅');
    await shown.get(T('walk-in-note')).setValue(PASTED);
    await shown.get(T('walk-in-read')).trigger('click');
    await flushPromises();
    const value = (name: string) => (shown.get(T(name)).element as HTMLInputElement).value;
    expect(value('walk-in-name')).toBe('杨师傅');
    expect([value('walk-in-phone'), value('walk-in-brand'), value('walk-in-model')]).toEqual(['13800001009', '晶视', '65E3']);
    expect(shown.get(T('walk-in-told')).text()).toContain('读出 4 项');
    expect(shown.get(T('walk-in-phone')).classes()).toContain('read');
    await shown.get(T('walk-in-phone')).setValue('13800001010');
    expect(shown.get(T('walk-in-phone')).classes()).not.toContain('read');
    await shown.get(T('walk-in-read')).trigger('click');
    await flushPromises();
    expect(value('walk-in-phone')).toBe('13800001010');
    expect(shown.get(T('walk-in-told')).text()).toContain('没有改动');
  });

  it('knows the customer by the number', async () => {
    const world = openStory();
    world.story.found = {
      jobs: [card({ customer: '向明', phone: '13800001004', township: '新集镇', address: '幸福苑2-604' })],
      more: false,
      words: [],
      shortened: false,
    };
    const { page: shown } = await open(WalkInPage, world);
    await shown.get(T('walk-in-phone')).setValue('138 0000 100');
    await vi.waitFor(() => expect(world.asked.some((each) => each.command === 'find_jobs')).toBe(true));
    await flushPromises();
    expect(shown.find(T('walk-in-before')).exists()).toBe(false);
    await shown.get(T('walk-in-phone')).setValue('138 0000 1004');
    await vi.waitFor(() => expect(shown.find(T('walk-in-before')).exists()).toBe(true));
    await shown.get(T('walk-in-before')).trigger('click');
    expect((shown.get(T('walk-in-address')).element as HTMLInputElement).value).toBe('幸福苑2-604');
    expect(shown.find(T('walk-in-before')).exists()).toBe(false);
  });

  it('is one tap from today', async () => {
    const { page: today } = await open(TodayPage);
    expect(today.get(T('open-walk-in')).attributes('href')).toBe('/field/walk-in');
  });
});

describe('until the owner adopts it', () => {
  it('the job says so, and the owner does it there', async () => {
    const world = openStory();
    const { page: shown } = await open(WalkInPage, world);
    await fill(shown);
    await shown.get('form').trigger('submit');
    await flushPromises();
    const job = world.router.currentRoute.value.path.split('/').at(-1);
    const { page: seen } = await open(JobPage, world, { job });
    expect(seen.find(T('walk-in-waits')).exists()).toBe(true);
    expect(seen.find(T('walk-in-adopt')).exists()).toBe(false);
    useSession().view = session({ owner: true, member: owner });
    await flushPromises();
    await seen.get(T('walk-in-adopt')).trigger('click');
    await flushPromises();
    expect(world.asked).toContainEqual({ command: 'adopt_walk_in', input: { job } });
    expect(seen.find(T('walk-in-waits')).exists()).toBe(false);
  });
});
