import type { StartView } from '@schemas';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { i18n, speak } from '@/i18n';
import { openStory, T } from '../../test/door';
import StartPage from './StartPage.vue';

const FIRST = '程序出了问题';
const under = (done: number): StartView => ({
  state: 'opening',
  task: 'migrate',
  progress: { done, of: 18, kilobytes: 0, ended: false },
});
const failed = (code: 'data_too_new' | 'key_missing' | 'store_failed'): StartView => ({
  state: 'failed',
  why: { code, params: {}, detail: 'found 99, known 18' },
  folder: '/data/lxj/doorstep',
  version: '0.1.0',
});

let page: VueWrapper | undefined;
beforeEach(async () => {
  // What is fetched once is there: no clock moves while a file is read.
  await speak('en');
  await speak('zh');
  vi.useFakeTimers();
});
afterEach(() => {
  page?.unmount();
  vi.useRealTimers();
});

async function open(...views: StartView[]) {
  const world = openStory();
  let at = 0;
  world.story.do_opening = () => views[Math.min(at++, views.length - 1)] as StartView;
  world.story.do_open_again = () => ({ state: 'opening', task: null, progress: null });
  const opened = mount(StartPage, { props: { failure: FIRST }, global: { plugins: world.plugins }, attachTo: document.body });
  page = opened;
  await flushPromises();
  return { ...world, page: opened };
}

describe('a start that takes long or fails', () => {
  it('says what takes long and how far it is, and goes on by itself', async () => {
    const { page } = await open(under(9), under(18), { state: 'opened' });
    expect(page.get(T('start-under-way')).text()).toContain('正在升级');
    expect(page.get('[role=progressbar]').attributes('aria-valuenow')).toBe('50');
    expect(page.emitted('open')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(300);
    expect(page.get('[role=progressbar]').attributes('aria-valuenow')).toBe('100');
    await vi.advanceTimersByTimeAsync(300);
    expect(page.emitted('open')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3000);
    expect(page.emitted('open'), 'nobody asks any more').toHaveLength(1);
  });

  it('says what happened, what was kept and what to do, in the language that is chosen there', async () => {
    const { page } = await open(failed('data_too_new'));
    expect(page.get(T('start-failed')).text()).toBe('数据是更新的程序写的。请更新程序；数据没有改动。');
    expect(page.find(T('start-recover')).exists()).toBe(false);
    expect(page.get(T('start-details')).text()).toContain('data_too_new: found 99, known 18');
    expect(page.get(T('start-details')).text()).toContain('/data/lxj/doorstep');
    await page.get(T('start-language')).trigger('click');
    await flushPromises();
    expect(page.get(T('start-failed')).text()).toContain('the data is untouched');
    expect(page.get(T('start-retry')).text()).toBe('Try again');
    expect(i18n.global.locale.value).toBe('en');
  });

  it('names the way back where only the key is lost, and speaks of opening where others speak of saving', async () => {
    const lost = await open(failed('key_missing'));
    expect(lost.page.get(T('start-recover')).text()).toContain('恢复钥匙');
    lost.page.unmount();
    const { page } = await open(failed('store_failed'));
    expect(page.get(T('start-failed')).text()).toContain('数据没能打开');
    expect(page.get(T('start-failed')).text()).not.toContain('没存上');
  });

  it('is tried again, and opens', async () => {
    const { page, asked } = await open(failed('store_failed'), under(1), { state: 'opened' });
    await page.get(T('start-retry')).trigger('click');
    await flushPromises();
    expect(asked.map((each) => each.command)).toContain('open_again');
    expect(page.find(T('start-progress')).exists()).toBe(true);
    await vi.advanceTimersByTimeAsync(300);
    expect(page.emitted('open')).toHaveLength(1);
  });

  it('tells the first failure where the data is open and something else is wrong, and does not go round in circles', async () => {
    const { page, plugins } = await open({ state: 'opened' });
    expect(page.emitted('open'), 'it opened meanwhile').toHaveLength(1);
    page.unmount();
    const again = mount(StartPage, { props: { failure: FIRST }, global: { plugins } });
    await flushPromises();
    expect(again.emitted('open')).toBeUndefined();
    expect(again.get(T('start-failed')).text()).toBe(FIRST);
    await again.get(T('start-retry')).trigger('click');
    expect(again.emitted('open')).toHaveLength(1);
    again.unmount();
  });
});
