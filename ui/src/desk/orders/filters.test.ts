import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openStory, T } from '../../../test/door';
import { refuses } from '../../../test/refuses';
import OrdersPage from '../OrdersPage.vue';
import { askedBy } from './asked';

let page: VueWrapper | undefined;
let seen: ((entries: { isIntersecting: boolean }[]) => void) | undefined;
afterEach(() => {
  page?.unmount();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  document.body.innerHTML = '';
});

async function open(address: string) {
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(tell: typeof seen) {
        seen = tell;
      }
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
      takeRecords = () => [];
    },
  );
  const world = openStory('owner');
  await world.router.push(address);
  page = mount(OrdersPage, { global: { plugins: world.plugins, stubs: { Teleport: true, Transition: true } }, attachTo: document.body });
  await flushPromises();
  const lists = () => world.asked.filter((each) => each.command === 'list_jobs').map((each) => each.input);
  return { ...world, page, lists };
}
const rows = (list: VueWrapper) => list.findAll(T('order-row')).length;

describe('the orders of all the years', () => {
  it('are narrowed by what is chosen, which stands in the address', async () => {
    const { page: list, router, lists, story } = await open('/desk/orders');
    expect(list.find(T('order-filters')).exists()).toBe(false);
    await list.get(T('orders-filters')).trigger('click');
    await flushPromises();
    await list.get(T('filter-node')).setValue('finished');
    await flushPromises();
    expect(router.currentRoute.value.query).toMatchObject({ node: 'finished' });
    const finished = story.do_orders().jobs.filter((card) => card.status === 'finished').length;
    expect(finished).toBeGreaterThan(0);
    expect(rows(list)).toBe(finished);
    expect(lists().at(-1)).toEqual({
      days: null,
      status: 'finished',
      member: null,
      township: null,
      phone: null,
      serial: null,
      open: false,
      after: null,
      limit: 100,
    });
    // A part of the list has no counts of the day.
    expect(list.find(T('state-all')).exists()).toBe(false);
    await list.get(T('filter-clear')).trigger('click');
    await flushPromises();
    expect(router.currentRoute.value.query.node).toBeUndefined();
    expect(rows(list)).toBe(story.do_orders().jobs.length);
  });

  it('are asked for by days, place and number after a breath, and a link says the same', async () => {
    vi.useFakeTimers();
    const { page: list, lists } = await open('/desk/orders?from=2024-03-01&left=1');
    expect(lists()).toHaveLength(1);
    expect(lists()[0]).toMatchObject({ open: true, days: { from: Date.parse('2024-03-01T00:00:00+08:00') } });
    await list.get(`input${T('filter-serial')}`).setValue('A');
    await list.get(`input${T('filter-serial')}`).setValue(' AB12 ');
    await vi.advanceTimersByTimeAsync(300);
    await flushPromises();
    expect(lists()).toHaveLength(2);
    expect(lists()[1]).toMatchObject({ serial: 'AB12', open: true });
  });

  it('come further as their end is reached, and a page that failed is asked for again', async () => {
    const { page: list, router, story, lists } = await open('/desk/orders');
    story.listPage = 2;
    const all = story.do_orders().jobs.filter((card) => card.finished_at === null).length;
    expect(all).toBeGreaterThan(2);
    await router.push('/desk/orders?left=1');
    await flushPromises();
    expect(rows(list)).toBe(2);
    const heal = refuses(story, 'list_jobs');
    seen?.([{ isIntersecting: true }]);
    await flushPromises();
    expect(rows(list)).toBe(2);
    heal();
    await list.get(T('list-further')).trigger('click');
    await flushPromises();
    expect(rows(list)).toBe(Math.min(4, all));
    expect(lists().at(-1)).toMatchObject({ after: '2' });
  });

  it('say so when none fits, and when they can not be read', async () => {
    const { page: list, router, story } = await open('/desk/orders?township=nowhere');
    expect(list.text()).toContain('没有符合筛选的单');
    const heal = refuses(story, 'list_jobs');
    await router.push('/desk/orders?phone=1');
    await flushPromises();
    expect(list.find('[role="alert"]').exists()).toBe(true);
    heal();
  });

  it('are nothing asked where the address says nothing, and a word that is none counts as none', () => {
    expect(askedBy(() => '')).toBeNull();
    expect(askedBy((name) => (name === 'node' ? 'teleported' : ''))?.status).toBeNull();
  });
});
