/** What a page of the desk shows is in its address: links, reloads, other windows and Back lead to the same view. */
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRouter, createWebHashHistory } from 'vue-router';
import { openStory, T } from '../../test/door';
import { close, onePageEach, open, seen, tap, type } from '../../test/page';
import BoardPage from './board/BoardPage.vue';
import CustomersPage from './customers/CustomersPage.vue';
import { momentOfDay, monthOf, useAddress } from './inAddress';
import OrdersPage from './OrdersPage.vue';
import PartsPage from './parts/PartsPage.vue';
import PricesPage from './prices/PricesPage.vue';
import ReviewPage from './review/ReviewPage.vue';
import SettlementPage from './settlement/SettlementPage.vue';
import TeamPage from './TeamPage.vue';
import WagesPage from './wages/WagesPage.vue';

onePageEach();

async function at(page: Parameters<typeof open>[0], path: string) {
  const world = openStory('owner');
  const opened = await open(page, world, path);
  const said = (command: string) => world.asked.filter((each) => each.command === command).map((each) => each.input);
  return { ...opened, said, query: () => world.router.currentRoute.value.query };
}
const selected = (name: string) => seen(name)?.getAttribute('aria-selected');

describe('a link leads to the same view', () => {
  it('orders: day, state, what is looked for, the job beside, the form', async () => {
    const day = await at(OrdersPage, '/desk/orders?day=2026-11-19&state=done&job=01KAJ9Z0000000000000000001');
    expect(day.said('orders')[0]).toMatchObject({ at: momentOfDay('2026-11-19') });
    expect(selected('state-done')).toBe('true');
    expect(seen('job-panel')?.dataset.job).toBe('01KAJ9Z0000000000000000001');
    close();
    await at(OrdersPage, '/desk/orders?find=王芳&new=1');
    expect((seen('orders-search') as HTMLInputElement).value).toBe('王芳');
    expect(seen('order-form')).not.toBeNull();
  });

  it('board: day, job and panel', async () => {
    const board = await at(BoardPage, '/desk/board?day=2026-11-19');
    expect(board.said('board')[0]).toEqual({ at: momentOfDay('2026-11-19') });
    close();
    await at(BoardPage, '/desk/board');
    const job = document.querySelector<HTMLElement>('[data-test=pool-card]')?.dataset.job ?? '';
    close();
    await at(BoardPage, `/desk/board?job=${job}`);
    expect(seen('suggest')).not.toBeNull();
    close();
    await at(BoardPage, `/desk/board?job=${job}&panel=sheet`);
    expect(seen('job-panel')?.dataset.job).toBe(job);
  });

  it('day review: day, pane and sheet', async () => {
    const review = await at(ReviewPage, '/desk/review?day=2026-11-19&pane=money&job=01KAJ9Z0000000000000000003');
    expect(review.said('day_review')[0]).toEqual({ at: momentOfDay('2026-11-19') });
    expect(seen('money-pane')).not.toBeNull();
    expect(seen('job-panel')?.dataset.job).toBe('01KAJ9Z0000000000000000003');
  });

  it('customers: tab, search, reason, days', async () => {
    const found = await at(CustomersPage, '/desk/customers?find=罗');
    expect(found.said('list_customers')[0]).toEqual({ text: '罗', segment: null, after: null });
    close();
    await at(CustomersPage, '/desk/customers?tab=due&why=season');
    expect(seen('due-reason-season')?.getAttribute('aria-checked')).toBe('true');
    close();
    const failures = await at(CustomersPage, '/desk/customers?tab=failures&from=2026-10-01&to=2026-10-31');
    expect(failures.said('failure_counts')[0]).toMatchObject({ from: momentOfDay('2026-10-01') });
  });

  it('parts: tab, search, part', async () => {
    const parts = await at(PartsPage, '/desk/parts');
    const code = document.querySelector<HTMLElement>('[data-test=part-row]')?.dataset.code ?? '';
    await tap('tab-moves');
    expect(parts.query()).toEqual({ tab: 'moves' });
    close();
    await at(PartsPage, `/desk/parts?part=${code}`);
    expect(seen('terms-form')).not.toBeNull();
  });

  it('settlement: month, maker, claim and the step that is being written', async () => {
    const claims = await at(SettlementPage, '/desk/settlement?month=2026-10&maker=.北岭');
    expect(claims.said('settlement')[0]).toEqual({ month: '2026-10', maker: '北岭', page: 0 });
    close();
    await at(SettlementPage, '/desk/settlement?job=01KAJ9Z0000000000000000103&write=deducted');
    expect(seen('step-form')).not.toBeNull();
  });

  it('wages: month and member', async () => {
    const wages = await at(WagesPage, '/desk/wages?month=2026-10&member=0000RXJ2');
    expect(wages.said('wages')[0]).toEqual({ month: '2026-10', member: '0000RXJ2' });
  });

  it('prices and team: what is looked for, and what is open', async () => {
    await at(PricesPage, '/desk/prices?find=zzz&import=1');
    expect(seen('import-set')).not.toBeNull();
    expect(seen('price-row')).toBeNull();
    close();
    await at(TeamPage, '/desk/team?papers=0000RXJ2&form=kit');
    expect(seen('kit-save')).not.toBeNull();
  });

  it('what no page can mean counts as nothing', async () => {
    const { said } = await at(OrdersPage, '/desk/orders?day=yesterday&state=gone');
    expect(said('orders')[0]).toMatchObject({ at: null });
    expect(selected('state-all')).toBe('true');
    expect([monthOf('2026-13'), monthOf('2026-12')]).toEqual(['', '2026-12']);
  });
});

describe('Back', () => {
  beforeEach(() => history.replaceState(null, '', '#/'));
  afterEach(() => history.replaceState(null, '', '#/'));

  async function walk() {
    const world = openStory('owner');
    const router = createRouter({ history: createWebHashHistory(), routes: [{ path: '/:rest(.*)*', component: { template: '<i />' } }] });
    await router.push('/desk/orders');
    const page = mount(OrdersPage, { global: { plugins: [world.plugins[0], router], stubs: { Teleport: true } }, attachTo: document.body });
    await flushPromises();
    const here = () => router.currentRoute.value.fullPath;
    const steps: string[] = [];
    router.afterEach((to) => void steps.push(to.fullPath));
    return { page, router, here, steps };
  }

  it('opens what was shown before: a tab and a job are steps, typing is none', async () => {
    const { page, router, here } = await walk();
    const pushed: string[] = [];
    const { push } = router;
    router.push = (to) => {
      pushed.push(router.resolve(to).fullPath);
      return push(to);
    };
    await tap('state-doing');
    await type('orders-search', '王');
    await type('orders-search', '王芳');
    await type('orders-search', '');
    document.querySelector<HTMLElement>('[data-test=order-row]')?.click();
    await flushPromises();
    expect(pushed).toHaveLength(2);
    expect(here()).toMatch(/state=doing&job=/);
    page.unmount();
  });
});

describe('changes of one moment', () => {
  it('are one step, and count before it is made', async () => {
    const { router, plugins } = openStory('owner');
    await router.push('/desk/orders?state=done');
    let address!: ReturnType<typeof useAddress>;
    mount({ template: '<i />', setup: () => void (address = useAddress()) }, { global: { plugins } });
    const steps: string[] = [];
    router.afterEach((to) => void steps.push(to.fullPath));
    const [state, day] = [address.inAddress('state'), address.inAddress('day', { push: true })];
    state.value = '';
    day.value = '2026-11-19';
    expect([state.value, day.value]).toEqual(['', '2026-11-19']);
    await flushPromises();
    expect(steps).toEqual(['/desk/orders?day=2026-11-19']);
    await router.push('/desk/wages');
    expect(day.value, 'a page that is being left shows what it showed').toBe('2026-11-19');
  });
});

describe('a table', () => {
  it('has its order and filter in the address', async () => {
    const { page, query } = await at(ReviewPage, '/desk/review?sort=-customer');
    const heads = () => page.findAll('th').map((each) => each.attributes('aria-sort'));
    expect(heads()[1]).toBe('descending');
    await tap('sort-review-jobs-customer');
    expect(query().sort).toBeUndefined();
    await tap('sort-review-jobs-time');
    expect(query().sort).toBe('time');
    expect(page.find(T('review-row')).exists()).toBe(true);
  });
});
