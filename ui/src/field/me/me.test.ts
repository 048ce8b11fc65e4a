import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { asked, earned } from '../../../test/moneyBuilders';
import { openStory, T } from '../../../test/door';
import { job } from '../../../test/builders';
import { session } from '../../../test/outletBuilders';
import { flush, openKept } from '@/stores/draft';
import { useMine } from '@/stores/mine';
import { useNotices } from '@/stores/notices';
import { useSession } from '@/stores/session';
import MePage from '../MePage.vue';
import SheetParts from '../SheetParts.vue';
import TodayPage from '../TodayPage.vue';
import './AskPart.vue';
import CashPage from './CashPage.vue';
import EarnedPage from './EarnedPage.vue';
import { monthBefore } from './months';
import PapersPage from './PapersPage.vue';
import StockPage from './StockPage.vue';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open(component: Parameters<typeof mount>[0], world = openStory(), props = {}) {
  await flush();
  await openKept();
  useSession().view = session();
  page = mount(component, {
    props,
    global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } },
    attachTo: document.body,
  });
  await flushPromises();
  return { ...world, page };
}
async function tap(shown: VueWrapper, ...names: string[]): Promise<void> {
  for (const name of names) {
    await shown.get(T(name)).trigger('click');
    await flushPromises();
  }
}
const saidTo = (world: { asked: { command: string; input: Record<string, unknown> }[] }) =>
  world.asked.filter((each) => each.command === 'ask_owner').map((each) => each.input.fact);

describe('my money and things', () => {
  it('each stand on Me with what matters of them', async () => {
    const { page: me } = await open(MePage);
    expect(me.get(T('mine-earned')).text()).toContain('¥200.00');
    expect(me.get(T('mine-cash')).text()).toContain('¥260.50');
    expect(me.get(T('mine-stock')).text()).toContain('1 种不够数');
    expect(me.get(T('mine-papers')).text()).toContain('2 样过期');
    expect(me.get(T('mine-papers')).attributes('href')).toBe('/field/me/papers');
  });

  it('today’s earnings are on Today, and not where nothing is paid by the piece', async () => {
    const world = openStory();
    const { page: today } = await open(TodayPage, world);
    expect(today.get(T('today-earned')).text()).toContain('¥200.00');
    world.story.mine = { ...world.story.mine, today: earned({ pieces: [] }) };
    await useMine().load();
    await flushPromises();
    expect(today.find(T('today-earned')).exists()).toBe(false);
  });
});

describe('pay', () => {
  it('says of each piece why it does not count yet', async () => {
    const { page: shown } = await open(EarnedPage);
    expect(
      shown
        .get(T('earned-today'))
        .findAll(T('piece'))
        .map((each) => each.attributes('data-waits')),
    ).toEqual(['', '', 'not_finished', 'on_device', 'refused']);
    expect(shown.get(T('earned-waiting')).text()).toContain('¥180.50');
    expect(shown.get('[data-waits=on_device]').text()).toContain('没传上去');
    expect(shown.get('[data-waits=not_finished]').text()).toContain('2 人分');
  });

  it('is turned month by month, never beyond the present one', async () => {
    const world = openStory();
    const { page: shown } = await open(EarnedPage, world);
    expect(shown.get(T('month-name')).text()).toBe('2026年11月');
    expect(shown.get(T('month-total')).text()).toBe('¥3,770.00');
    expect(shown.findAll(T('wage-entry')).map((each) => each.text())).toEqual([
      expect.stringContaining('+¥200.00'),
      expect.stringMatching(/旧件晚交.*−¥50.00/),
      expect.stringContaining('−¥500.00'),
    ]);
    expect(shown.get(T('month-next')).attributes('disabled')).toBeDefined();
    await tap(shown, 'month-previous');
    expect(world.asked.at(-1)).toEqual({ command: 'month_earned', input: { month: '2026-10' } });
    expect(shown.find(T('month-none')).exists()).toBe(true);
    await tap(shown, 'month-next');
    expect(shown.get(T('month-name')).text()).toBe('2026年11月');
    expect(monthBefore('2026-01', 1)).toBe('2025-12');
    expect(monthBefore('2026-12', -1)).toBe('2027-01');
  });

  it('an advance is asked for on the pad, with a note', async () => {
    const world = openStory();
    const { page: shown } = await open(EarnedPage, world);
    await tap(shown, 'ask-advance', 'pad-3', 'pad-0', 'pad-0');
    await shown.get(T('money-note')).setValue('买轮胎 ');
    await tap(shown, 'pad-save');
    expect(saidTo(world)).toEqual([{ fact: 'advance', fen: 30_000, note: '买轮胎' }]);
    expect(useNotices().shown.at(-1)?.text).toContain('¥300.00');
  });
});

describe('cash', () => {
  it('all of it is handed in by two taps, and then none is in hand', async () => {
    const world = openStory();
    const { page: shown } = await open(CashPage, world);
    await tap(shown, 'hand-in', 'pad-save');
    expect(saidTo(world)).toEqual([{ fact: 'hand_in', fen: 26_050, way: 'cash', note: '' }]);
    expect(shown.get(T('cash-in-hand')).text()).toBe('¥0.00');
    expect(shown.find(T('cash-none')).exists()).toBe(true);
  });

  it('another amount begins with its first key, and more than is there is told', async () => {
    const world = openStory();
    const { page: shown } = await open(CashPage, world);
    await tap(shown, 'hand-in', 'hand-in-transfer', 'pad-5', 'pad-0', 'pad-0');
    expect(shown.get(T('money-amount')).text()).toContain('比手里的多');
    await tap(shown, 'pad-back', 'pad-save');
    expect(saidTo(world)).toEqual([{ fact: 'hand_in', fen: 5_000, way: 'transfer', note: '' }]);
  });
});

describe('parts', () => {
  it('below zero come first and are told, and each request says how far it is', async () => {
    const { page: shown } = await open(StockPage);
    expect(shown.findAll(T('stock-line'))[0]?.text()).toMatch(/镁棒.*少 1 件/);
    expect(shown.findAll(T('asked')).map((each) => each.attributes('data-step'))).toEqual(['', '', 'arrived', 'refused']);
    expect(shown.findAll(T('promised'))[1]?.text()).toContain('已晚');
    expect(shown.findAll(T('promised'))).toHaveLength(2);
    expect(shown.get(T('asked-answer')).text()).toBe('老板说：先拉回来板上修');
  });

  it('are asked for by name or number; what was typed outlives a closed popup', async () => {
    const world = openStory();
    const { page: shown } = await open(StockPage, world);
    await tap(shown, 'ask');
    await shown.get(T('ask-name')).setValue('aq-rg-2000');
    await tap(shown, 'ask-more', 'ask-close', 'ask');
    expect(shown.get(T('ask-known')).text()).toContain('加热管');
    await shown.get(T('ask-part')).trigger('submit');
    await flushPromises();
    expect(saidTo(world)).toEqual([{ fact: 'part', job: null, code: 'AQ-RG-2000', name: '加热管', quantity: 2, note: '' }]);
    expect(shown.findAll(T('asked'))).toHaveLength(5);
  });

  it('that the sheet does not offer are asked for there, for that job', async () => {
    const view = job();
    const { page: shown, ...world } = await open(SheetParts, openStory(), { view, appliance: view.appliances[0], mayWrite: true });
    await tap(shown, 'part-ask');
    await shown.get(T('ask-name')).setValue('温控器');
    await shown.get(T('ask-part')).trigger('submit');
    await flushPromises();
    expect(saidTo(world)).toEqual([{ fact: 'part', job: view.card.job, code: '', name: '温控器', quantity: 1, note: '' }]);
  });

  it('that have come are news once, and what had come before is none', async () => {
    const { story } = openStory();
    const mine = useMine();
    await mine.load();
    expect(useNotices().shown).toEqual([]);
    story.mine = { ...story.mine, asked: [asked({ step: 'arrived' }), ...story.mine.asked.slice(1)] };
    await mine.load();
    await mine.load();
    expect(useNotices().shown.map((each) => each.text)).toEqual(['排水泵到了，可以去领']);
    expect(useNotices().shown[0]?.go?.to).toBe('/field/me/stock');
  });
});

it('papers say what has ended and what ends soon', async () => {
  const { page: shown } = await open(PapersPage);
  const papers = shown.findAll(T('paper')).map((each) => each.text());
  expect(papers[0]).toMatch(/焊接.*2026年11月15日.*已过期/);
  expect(papers[1]).toContain('快到期');
  expect(papers[3]).toMatch(/燃气备案.*没有到期日.*有效/);
  expect(shown.findAll(T('instrument'))[1]?.text()).toContain('校准过期');
  expect(shown.get(T('grade')).text()).toContain('A');
});
