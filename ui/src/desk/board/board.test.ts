import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BoardJob } from '@schemas';
import { HOUR, MINUTE } from '@/format/time';
import { useNotices } from '@/stores/notices';
import { card } from '../../../test/builders';
import { openStory, T } from '../../../test/door';
import BoardPage from './BoardPage.vue';
import { across, inLanes, movable, movedWindow } from './timeline';

/** 2026-11-21 00:00 at the shop. */
const START = 1_795_190_400_000;
const NOON = START + 12 * HOUR;

function bar(from: number, to: number, change: Parameters<typeof card>[0] = {}): BoardJob {
  const window = { from: START + from * HOUR, to: START + to * HOUR };
  const of = card({ job: `01KAJ9Z00000000000000${from}${to}`, window, arrive_by: window.to, ...change });
  return { card: of, of: 'agreed', ...window, overdue: false };
}

describe('the timeline', () => {
  it('goes from six in the morning to ten at night', () => {
    expect([4, 6, 14, 22, 23].map((hour) => across(START + hour * HOUR, START))).toEqual([0, 0, 50, 100, 100]);
  });

  it('lays bars that would cover each other below one another', () => {
    const lanes = inLanes([bar(9, 11), bar(10, 12), bar(11, 13), bar(20, 22)], START);
    expect(lanes.map(({ lane }) => lane)).toEqual([0, 1, 0, 0]);
  });

  it('moves an agreed window by half hours, as long as it was, and never out of the day', () => {
    const moved = (job: BoardJob, by: number) => {
      const window = movedWindow(job, by, START);
      return window && [(window.from - START) / HOUR, (window.to - START) / HOUR];
    };
    expect(moved(bar(9, 11), 40 * MINUTE)).toEqual([9.5, 11.5]);
    expect(moved(bar(9, 11), 10 * MINUTE)).toBeNull();
    expect(moved(bar(9, 11), -9 * HOUR)).toEqual([6, 8]);
    expect(moved(bar(20, 22), HOUR)).toBeNull();
    const nothing: BoardJob = { ...bar(9, 10, { window: null }), of: 'deadline', from: START + 9.4 * HOUR };
    expect(moved(nothing, 30 * MINUTE)).toEqual([10, 12]);
  });

  it('leaves alone what has begun', () => {
    expect(movable(bar(9, 11))).toBe(true);
    expect(movable(bar(9, 11, { arrived_at: NOON }))).toBe(false);
    expect(movable(bar(9, 11, { finished_at: NOON }))).toBe(false);
  });
});

describe('the board', () => {
  let page: VueWrapper | undefined;
  beforeEach(() => {
    vi.useFakeTimers({ now: NOON, toFake: ['Date'] });
  });
  afterEach(() => {
    page?.unmount();
    document.body.innerHTML = '';
    vi.useRealTimers();
  });

  async function open() {
    const world = openStory('owner');
    await world.router.push('/');
    page = mount(BoardPage, { global: { plugins: world.plugins, stubs: { Teleport: true } }, attachTo: document.body });
    await flushPromises();
    // Vue passes over events that are not later than their listeners.
    vi.setSystemTime(NOON + 1000);
    const shown = page;
    const told = (command: string) => world.asked.filter((each) => each.command === command).map((each) => each.input);
    const names = (test: string) => shown.findAll(T(test)).map((each) => each.text());
    const row = (name: string) => shown.get(`${T('board-row')}[data-member="${name}"]`);
    const key = async (name: string, shiftKey = false) => {
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: name, shiftKey, bubbles: true, cancelable: true }));
      if (name === 'Enter') (document.activeElement as HTMLElement).click();
      await flushPromises();
    };
    const focus = (customer: string) => {
      const found = [...document.querySelectorAll<HTMLElement>('[data-test=bar], [data-test=pool-card]')];
      found.find((each) => each.textContent?.includes(customer))?.focus();
    };
    return { ...world, page: shown, told, names, row, key, focus };
  }
  const undo = async () => {
    useNotices()
      .shown.find((notice) => notice.undo)
      ?.undo?.run();
    await flushPromises();
  };

  it('has a row a member, what is unassigned at the left, and what wants a look on top', async () => {
    const { page: board, names, row } = await open();
    expect(board.findAll(T('board-row'))).toHaveLength(8);
    expect(names('pool-card')[0]).toContain('王芳');
    expect(names('pool-card')).toHaveLength(3);
    expect(row('冉小军').text()).toContain('4.87 分（31 人评价）');
    expect(row('田勇').get(T('way-clash')).text()).toContain('来不及去城关镇');
    expect(board.findAll(T('alert')).map((alert) => alert.attributes('data-kind'))).toEqual(['emergency', 'overdue', 'refused']);
    await board.findAll(T('alert'))[2]?.trigger('click');
    await flushPromises();
    expect(board.find(T('job-panel')).exists()).toBe(true);
  });

  it('assigns by keyboard alone: Enter for the list, an arrow, Enter again; and takes it back', async () => {
    const { page: board, told, row, key, focus } = await open();
    focus('王芳');
    await key('Enter');
    expect(told('suggest')).toMatchObject([{ beside: [] }]);
    const first = document.activeElement;
    await key('ArrowDown');
    expect(document.activeElement).not.toBe(first);
    const second = (document.activeElement as HTMLElement).dataset.test?.replace('suggest-', '') ?? '';
    await key('Enter');
    expect(row(second).text()).toContain('王芳');
    expect(board.find(T('suggest')).exists()).toBe(false);
    expect(document.activeElement?.textContent).toContain('王芳');
    expect(useNotices().shown.at(-1)?.text).toBe(`王芳 已派给${second}`);
    await undo();
    expect(told('undo')).toHaveLength(1);
    expect(row(second).text()).not.toContain('王芳');
  });

  it('moves a job by half an hour by keyboard, says so, and takes it back', async () => {
    const { told, key, focus } = await open();
    focus('覃大勇');
    await key('ArrowRight', true);
    const from = START + 14.5 * HOUR;
    expect(told('note_on_order')).toMatchObject([{ fact: { fact: 'window', window: { from, to: from + 2 * HOUR } } }]);
    expect(useNotices().shown.at(-1)?.text).toBe('覃大勇 改到 14:30–16:30');
    expect(document.activeElement?.textContent).toContain('覃大勇');
    await undo();
    expect(told('undo')).toHaveLength(1);
    focus('罗桂香');
    await key('ArrowRight', true);
    expect(told('note_on_order')).toHaveLength(1);
    expect(useNotices().shown.at(-1)?.text).toContain('不能再改');
  });

  it('asks for the reason where a grade is in the way, and refuses where the law is', async () => {
    const { page: board, told, key, focus } = await open();
    focus('单秀英');
    await key('Enter');
    await board.get(T('suggest-龙师傅')).trigger('click');
    expect(told('assign')).toEqual([]);
    await board.get(T('suggest-小邓')).trigger('click');
    await flushPromises();
    expect(board.get(T('aside-go')).attributes('disabled')).toBeDefined();
    await board.get(T('aside-reason')).setValue('人手不够，电话指导');
    await board.get('form').trigger('submit');
    await flushPromises();
    expect(told('note_on_order')).toMatchObject([{ fact: { fact: 'override', of: 'grade', reason: '人手不够，电话指导' } }]);
    expect(told('assign')).toHaveLength(1);
  });

  it('goes from job to job with the arrow keys, and Esc leads back to the one that was open', async () => {
    const { page: board, key, focus } = await open();
    const here = () => document.activeElement?.querySelector('b')?.textContent;
    focus('王芳');
    await key('ArrowDown');
    expect(here()).toBe('赵桂兰');
    await key('ArrowRight');
    expect(here()).toBe('罗桂香');
    await key('ArrowRight');
    expect(here()).toBe('彭秀兰');
    await key('ArrowDown');
    expect(here()).toBe('田有福');
    focus('向明');
    await key('Enter');
    expect(board.find(T('suggest')).exists()).toBe(true);
    await board.get(T('suggest')).trigger('keydown', { key: 'Escape' });
    await flushPromises();
    expect([board.find(T('suggest')).exists(), here()]).toEqual([false, '向明']);
  });

  it('gives a dragged job to the row where it is let go, at the time where it is let go', async () => {
    const { told, row, focus } = await open();
    focus('向明');
    const bar = document.activeElement as HTMLElement;
    Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 1600 });
    document.elementFromPoint = () => row('小邓').element;
    const pointer = (name: string, clientX: number) => new PointerEvent(name, { clientX, clientY: 10, button: 0, bubbles: true });
    bar.dispatchEvent(pointer('pointerdown', 100));
    window.dispatchEvent(pointer('pointermove', 250));
    await flushPromises();
    expect(row('小邓').classes()).toContain('over');
    window.dispatchEvent(pointer('pointerup', 250));
    await flushPromises();
    expect(told('assign')).toMatchObject([{ members: ['0000MB01'] }]);
    expect(told('note_on_order')).toMatchObject([{ fact: { window: { from: START + 14.5 * HOUR } } }]);
    await undo();
    expect(told('undo')).toHaveLength(2);
    expect(row('田勇').text()).toContain('向明');
  });
});
