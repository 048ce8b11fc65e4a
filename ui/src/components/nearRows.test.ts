import { mount } from '@vue/test-utils';
import { nextTick } from 'vue';
import { describe, expect, it, vi } from 'vitest';
import JobList from '@/field/JobList.vue';
import { card, NOW } from '../../test/builders';

const jobs = (count: number) =>
  Array.from({ length: count }, (_, place) => card({ job: `job ${place + 1}`, customer: `客户 ${place + 1}` }));

function open(count: number) {
  const list = mount(JobList, { props: { cards: jobs(count), now: NOW, test: 'job-card' }, attachTo: document.body });
  const places = () => list.findAll('li').map((row) => Number(row.attributes('aria-posinset')));
  async function scrollTo(px: number): Promise<void> {
    list.get('ul').element.getBoundingClientRect = () => ({ top: -px }) as DOMRect;
    window.dispatchEvent(new Event('scroll'));
    await nextTick();
  }
  return { list, places, scrollTo };
}

describe('a long list', () => {
  it('draws only what is near the window, and says of each row which of how many it is', async () => {
    const { list, places, scrollTo } = open(500);
    expect(places()[0]).toBe(1);
    expect(places().length).toBeLessThan(40);
    await scrollTo(172 * 250);
    expect(places()).toContain(251);
    expect(places()).not.toContain(1);
    expect(new Set(list.findAll('li').map((row) => row.attributes('aria-setsize')))).toEqual(new Set(['500']));
    list.unmount();
  });

  it('has no row that is further away than one window, and at its end the last', async () => {
    const { list, places, scrollTo } = open(500);
    const near = (px: number) => {
      const [from, to] = [px - window.innerHeight, px + 2 * window.innerHeight];
      return Array.from({ length: 500 }, (_, place) => place + 1).filter((place) => place * 172 > from && (place - 1) * 172 < to);
    };
    for (const px of [0, 172 * 100, 172 * 500 - window.innerHeight]) {
      await scrollTo(px);
      expect(places()).toEqual(near(px));
    }
    expect(list.findAll('li').at(-1)?.text()).toContain('客户 500');
    expect(list.get('ul').attributes('style')).toContain('padding-bottom: 0px');
    list.unmount();
  });

  it('keeps the height of all of it, drawn or not', async () => {
    const { list, scrollTo } = open(500);
    await scrollTo(172 * 100);
    const px = (style: string) => Number(/([\d.]+)px/.exec(style)?.[1] ?? 0);
    const gaps = list.findAll('li').reduce((sum, row) => sum + px(row.attributes('style') ?? ''), 0);
    const rest = px(list.get('ul').attributes('style') ?? '');
    expect(gaps + rest + 172 * list.findAll('li').length).toBe(172 * 500);
    list.unmount();
  });

  it('keeps the row with the focus and those beside it, wherever it is scrolled to', async () => {
    const { list, places, scrollTo } = open(500);
    await nextTick();
    list.get('[data-row="job 3"] a').element.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
    await scrollTo(172 * 300);
    expect(places().slice(0, 3)).toEqual([2, 3, 4]);
    expect(places()).toContain(301);
    list.unmount();
  });

  it('is drawn whole when it is short', () => {
    const { list, places } = open(25);
    expect(places()).toHaveLength(25);
    list.unmount();
  });

  it('makes up for a row above the window that turns out higher', async () => {
    let told: ResizeObserverCallback = () => undefined;
    vi.stubGlobal(
      'ResizeObserver',
      class {
        constructor(tell: ResizeObserverCallback) {
          told = tell;
        }
        observe = () => undefined;
        disconnect = () => undefined;
      },
    );
    const scrollBy = vi.spyOn(window, 'scrollBy').mockImplementation(() => undefined);
    const { list, scrollTo } = open(499);
    await scrollTo(172 * 200);
    const [above, below] = ['job 199', 'job 203'].map((name) => list.get(`[data-row="${name}"]`).element);
    for (const row of [above, below]) if (row) row.getBoundingClientRect = () => ({ height: 200 }) as DOMRect;
    told([{ target: above }, { target: below }] as unknown as ResizeObserverEntry[], {} as ResizeObserver);
    expect(scrollBy).toHaveBeenCalledExactlyOnceWith({ top: 28, behavior: 'instant' });
    list.unmount();
  });
});
