import type { JobView } from '@schemas';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { appliance, card, job, NOW } from '../../../test/builders';
import { openStory, T } from '../../../test/door';
import { speak } from '@/i18n';
import { MESSAGES, messageText, SENTENCES } from '@/i18n/customer';
import { flush, openKept } from '@/stores/draft';
import JobHead from '../JobHead.vue';
import { factsOf, likelyKind } from './facts';
// Loaded before the head asks for it.
import './MessagePopup.vue';

const HOUR = 3_600_000;
let left: string[] = [];
let head: VueWrapper | undefined;

beforeEach(() => {
  left = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    left.push(this.href);
  });
});
afterEach(() => {
  head?.unmount();
  document.body.innerHTML = '';
});

const said = (view: JobView, kind: (typeof MESSAGES)[number], tongue: 'zh' | 'en' = 'zh') =>
  messageText(kind, factsOf(view, NOW + HOUR / 2, NOW), tongue);

const finished = () =>
  job({
    card: card({ finished_at: NOW, outcome: 'completed', billed_fen: 26_000 }),
    appliances: [appliance({ fault: '进水接头漏', cause: '密封圈老化', action: '换密封圈' })],
  });

describe('a text to the customer', () => {
  it('says when somebody comes, by the outlet’s clock', () => {
    expect(said(job(), 'on_my_way')).toMatch(/^您好，我是柘川县城关网点的冉小军，正在去您家的路上，预计\d\d:\d\d到。/);
  });

  it('says what was done and what it cost, and whom to call', () => {
    const text = said(finished(), 'repaired');
    expect(text).toContain('安泉 DSK-85即热式电热水器已经修好。故障：进水接头漏。处理：换密封圈。费用：¥260.00。');
    expect(text).toContain('有问题请打138 0000 1000。');
    expect(said(job({ card: card({ kind: 'install' }) }), 'repaired')).toContain('已经装好');
  });

  it('leaves out what is not known', () => {
    const text = said(job(), 'repaired');
    expect(text).not.toMatch(/故障|处理|费用|\{|：。/);
    expect(said(job({ card: card({ window: null }) }), 'moved')).not.toContain('改到');
    const window = { from: NOW + 24 * HOUR, to: NOW + 26 * HOUR };
    expect(said(job({ card: card({ window }) }), 'moved')).toMatch(/改到\d+月\d+日 周. \d\d:\d\d–\d\d:\d\d，/);
    const today = { from: NOW, to: NOW + HOUR };
    expect(said(job({ card: card({ window: today }) }), 'moved')).toMatch(/改到\d+月\d+日 周. \d\d:\d\d–/);
  });

  it('names no suspected cause of a unit that was taken away and not diagnosed (R19)', () => {
    const benched = finished();
    expect(said(benched, 'unrepairable')).toContain('密封圈老化');
    benched.nodes.push({ kind: 'taken', at: NOW, by: '', derived: false, entered: null });
    expect(said(benched, 'unrepairable')).not.toContain('密封圈老化');
    benched.bench = [{ appliance: 'A0000001', diagnosis: 'D0000001', quote: null }];
    expect(said(benched, 'unrepairable')).toContain('密封圈老化');
  });

  it.each(MESSAGES)('%s has the same facts in both languages and nobody shouts', (kind) => {
    for (const { zh, en } of SENTENCES[kind]) {
      const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();
      expect(places(en)).toEqual(places(zh));
      expect(zh + en).not.toMatch(/[!！]/);
    }
    expect(said(finished(), kind, 'en')).not.toMatch(/\{|undefined/);
  });

  it('is likely the one that the job has come to', () => {
    expect(likelyKind(job())).toBe('on_my_way');
    expect(likelyKind(finished())).toBe('repaired');
    expect(likelyKind(job({ card: card({ finished_at: NOW, outcome: 'needs_part' }) }))).toBe('part_awaited');
    expect(likelyKind(job({ card: card({ finished_at: NOW, outcome: 'condemned' }) }))).toBe('unrepairable');
  });
});

async function open(view = job(), world = openStory()) {
  // What was typed before is on the disk, and nothing else is.
  await flush();
  await openKept();
  head = mount(JobHead, {
    props: { view, now: NOW },
    global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } },
    attachTo: document.body,
  });
  await flushPromises();
  return { ...world, head };
}
async function tap(name: string): Promise<void> {
  const found = document.querySelector<HTMLElement>(T(name));
  expect(found, name).not.toBeNull();
  found?.click();
  await flushPromises();
}
const box = () => document.querySelector<HTMLTextAreaElement>(T('message-text'));
async function type(text: string): Promise<void> {
  const found = box();
  if (!found) throw new Error('no text');
  found.value = text;
  found.dispatchEvent(new Event('input'));
  await flushPromises();
}

describe('the popup of texts', () => {
  it('keeps what was changed until it has gone, and only the time in it moves', async () => {
    const world = openStory();
    await open(job(), world);
    await tap('job-message');
    const eta = /预计(\d\d:\d\d)到/.exec(box()?.value ?? '')?.[1] ?? '';
    await type(`师傅：${eta} 到，带梯子`);
    await tap('message-way-60');
    expect(box()?.value).toMatch(/^师傅：\d\d:\d\d 到，带梯子$/);
    expect(box()?.value).not.toContain(eta);
    await tap('message-close');
    head?.unmount();
    await open(job(), world);
    await tap('job-message');
    expect(box()?.value).toContain('带梯子');
    await tap('message-send');
    expect(left).toHaveLength(1);
    expect(decodeURIComponent(left[0] ?? '')).toMatch(/^sms:13800001234[?]body=师傅：\d\d:\d\d 到，带梯子$/);
    await tap('job-message');
    expect(box()?.value).not.toContain('带梯子');
  });

  it('speaks in the outlet’s words where it has some, and gives the proof of a finished job', async () => {
    await open(finished());
    await tap('job-message');
    await tap('message-delayed');
    expect(box()?.value).toMatch(/^您好，路上耽搁，要晚到，预计\d\d:\d\d到。$/);
    await tap('message-repaired');
    expect(box()?.value).toContain('已经修好');
    await tap('message-proof');
    expect(box()?.value).toContain('服务凭证');
  });

  it('shows the English beside for whoever reads English, and sends the 中文', async () => {
    await speak('en');
    await open(finished());
    await tap('job-message');
    expect(document.querySelector(T('message-english'))?.textContent).toContain('Hello, your');
    expect(box()?.value).toContain('您好');
    await tap('message-send');
    expect(decodeURIComponent(left[0] ?? '')).toContain('您好');
  });
});

describe('the way', () => {
  it('is asked for once, remembered, and can be chosen anew', async () => {
    const world = openStory();
    await open(job(), world);
    await tap('job-map');
    await tap('map-baidu');
    await tap('job-map');
    expect(left.map((uri) => uri.split(':')[0])).toEqual(['baidumap', 'baidumap']);
    head?.unmount();
    await open(job(), world);
    expect(document.querySelector(T('map-chosen'))?.textContent).toContain('百度');
    await tap('job-map');
    await tap('map-other');
    await tap('map-system');
    await tap('job-map');
    expect(left.slice(2).map((uri) => uri.split(':')[0])).toEqual(['baidumap', 'geo', 'geo']);
    expect(left.some((uri) => uri.includes('13800001234') || uri.includes(encodeURIComponent('王芳')))).toBe(false);
  });

  it('copies address and number each alone, and says what was copied', async () => {
    const copied: string[] = [];
    vi.stubGlobal('navigator', { ...navigator, userAgent: '', clipboard: { writeText: async (text: string) => copied.push(text) } });
    const { head: shown } = await open();
    await tap('job-copy');
    await tap('job-copy-phone');
    expect(copied).toEqual(['柳河镇 建设路 12 号 3-201', '13800001234']);
    expect(shown.emitted('copied')).toEqual(copied.map((text) => [text]));
    vi.unstubAllGlobals();
  });

  it('dials without leaving the page', async () => {
    await open();
    const call = document.querySelector<HTMLAnchorElement>(T('job-call'));
    expect(call?.getAttribute('href')).toBe('tel:13800001234');
    call?.dispatchEvent(new MouseEvent('click', { cancelable: true }));
    expect(left).toEqual(['tel:13800001234']);
  });
});
