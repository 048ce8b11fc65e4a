import type { Blocker } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { appliance, card, row, text } from '../../test/builders';
import { openStory, T } from '../../test/door';
import { close, job, onePageEach, open, tap } from '../../test/page';
import { flush } from '@/stores/draft';
import CardPage from './CardPage.vue';
import FindPage from './FindPage.vue';
import FinishPage from './FinishPage.vue';
import JobPage from './JobPage.vue';
import SafetyPage from './SafetyPage.vue';
import SheetPage from './SheetPage.vue';
import TodayPage from './TodayPage.vue';

onePageEach();
beforeEach(() => vi.useRealTimers());

describe('today', () => {
  it('lists the jobs in the order that the core gives', async () => {
    const { page: today } = await open(TodayPage);
    expect(today.findAll(T('job-card'))).toHaveLength(5);
    expect(today.get(T('job-card')).attributes('data-job')).toBe(job);
  });
});

describe('the search', () => {
  it('keeps what was looked for until the way back from a job', async () => {
    const world = openStory();
    world.story.found = { jobs: [card({ customer: '罗桂香' })], more: true, words: ['lgx'], shortened: false };
    const { page: find } = await open(FindPage, world);
    await find.get(T('find')).setValue('lgx');
    await vi.waitFor(() => expect(find.findAll(T('found'))).toHaveLength(1));
    expect(find.get(T('find-count')).text()).toContain('还有更早的');
    find.unmount();
    const { page: shown, router } = await open(JobPage, world);
    await shown.get(T('back')).trigger('click');
    await flushPromises();
    expect(router.currentRoute.value.path).toBe('/field/find');
    shown.unmount();
    const { page: again } = await open(FindPage, world);
    expect((again.get(T('find')).element as HTMLInputElement).value).toBe('lgx');
    await vi.waitFor(() => expect(again.findAll(T('found'))).toHaveLength(1));
    again.unmount();
    await open(TodayPage, world);
    close();
    await (await open(JobPage, world)).page.get(T('back')).trigger('click');
    await flushPromises();
    expect(router.currentRoute.value.path).toBe('/field/today');
  });
});

describe('a clock that is off', () => {
  it('is named on the first page', async () => {
    const world = openStory();
    const plain = world.story.do_today;
    const clock_note = { zh: '本机时间慢7分钟', en: "This device's clock is 7 min slow" };
    world.story.do_today = () => ({ ...plain(), clock_note });
    const { page: today } = await open(TodayPage, world);
    expect(today.get(T('clock-note')).text()).toBe('本机时间慢7分钟');
  });
});

describe('a job', () => {
  it('has one next step at the bottom, and arriving leads to the card', async () => {
    const { page: shown, router, asked } = await open(JobPage);
    expect(shown.get(T('next-step')).text()).toBe('出发');
    await tap('next-step');
    expect(shown.get(T('next-step')).text()).toBe('到达');
    await tap('next-step');
    expect(asked.filter((each) => each.command === 'tap_node').map((each) => each.input.tap)).toEqual(['depart', 'arrive']);
    expect(router.currentRoute.value.path).toBe(`/field/job/${job}/card`);
  });
});

describe('a job that is solved by phone', () => {
  it('can be ended before anybody sets out', async () => {
    const { page: shown, router } = await open(JobPage);
    expect(shown.get(T('go-finish')).text()).toBe('电话里解决了');
    await tap('go-finish');
    expect(router.currentRoute.value.path).toBe(`/field/job/${job}/finish`);
  });
});

describe('the card', () => {
  it('counts as shown after three seconds on the screen, once', async () => {
    const world = openStory();
    world.story.answer('tap_node', { tap: 'arrive' } as never);
    vi.useFakeTimers();
    const { page } = await open(CardPage, world);
    await vi.advanceTimersByTimeAsync(2500);
    expect(world.asked.map((each) => each.command)).toEqual(['job', 'card_code']);
    await vi.advanceTimersByTimeAsync(3000);
    const shown = world.asked.filter((each) => each.command === 'show_card');
    expect(shown).toHaveLength(1);
    expect(shown[0]?.input.shown_ms).toBeGreaterThanOrEqual(3000);
    expect(page.find(T('card-recorded')).exists()).toBe(true);
  });
});

describe('the safety check', () => {
  async function key(keys: string): Promise<void> {
    for (const each of keys) await tap(each === '.' ? 'pad-point' : `pad-${each}`);
    await tap('pad-save');
  }

  it('moves on by itself after a pass, and stays at a failure', async () => {
    const { page: check } = await open(SafetyPage);
    await tap('choice-right');
    expect(check.get(T('row-socket_polarity')).attributes('data-verdict')).toBe('pass');
    expect(check.get(T('open-earth_resistance')).attributes('aria-expanded')).toBe('true');
    await tap('method-loop');
    await key('12.6');
    expect(check.get(T('verdict')).attributes('data-verdict')).toBe('fail');
    expect(check.get(T('open-earth_resistance')).attributes('aria-expanded')).toBe('true');
  });

  it('asks what was put right before measuring again, and keeps the failed record in sight', async () => {
    const { page: check, asked } = await open(SafetyPage, openStory(), `/?code=earth_resistance`);
    await tap('method-loop');
    await key('12.6');
    expect(check.find(T('pad')).exists()).toBe(false);
    await tap('rectify-earth_resistance');
    await check.get(T('reason-text')).setValue('重新接好地线端子');
    await check.get(T('reason-popup')).trigger('submit');
    await flushPromises();
    expect(check.findAll(T('record')).map((record) => record.attributes('data-verdict'))).toEqual(['fail']);
    await key('1.8');
    expect(asked.filter((each) => each.command === 'record_reading').map((each) => [each.input.found, each.input.rectified])).toEqual([
      [{ state: 'number', thousandths: 12_600 }, ''],
      [{ state: 'number', thousandths: 1800 }, '重新接好地线端子'],
    ]);
    await tap('open-earth_resistance');
    expect(check.findAll(T('record')).map((record) => record.attributes('data-verdict'))).toEqual(['fail', 'pass']);
  });

  it('wants the method first and remembers it', async () => {
    const first = openStory();
    const { page: check } = await open(SafetyPage, first, '/?code=earth_resistance');
    for (const each of ['3', 'point', '2']) await tap(`pad-${each}`);
    expect(check.get<HTMLButtonElement>(T('pad-save')).element.disabled).toBe(true);
    await tap('method-clamp');
    await tap('pad-save');
    check.unmount();
    const second = openStory();
    first.story.choices.forEach((value, key) => second.story.choices.set(key, value));
    const again = await open(SafetyPage, second, '/?code=earth_resistance');
    expect(again.page.get(T('method-clamp')).attributes('aria-checked')).toBe('true');
  });

  it('keeps a half-typed number through a restart', async () => {
    const world = openStory();
    const { page: check } = await open(SafetyPage, world, '/?code=earth_resistance');
    await tap('pad-4');
    check.unmount();
    await flush();
    const again = await open(SafetyPage, world, '/?code=earth_resistance');
    expect(again.page.get(T('reading-value')).text()).toBe('4');
  });

  it('records “can’t measure” only with a reason', async () => {
    const { page: check, asked } = await open(SafetyPage, openStory(), '/?code=rcd_button');
    await tap('not-measured-rcd_button');
    expect(check.get<HTMLButtonElement>(T('reason-save')).element.disabled).toBe(true);
    await tap('reason-usual');
    await check.get(T('reason-popup')).trigger('submit');
    await flushPromises();
    expect(asked.at(-1)?.input.found).toEqual({ state: 'not_measured', reason: '没有仪表' });
  });
});

describe('a reading', () => {
  it('is sent with the unit that the row shows and the day of calibration', async () => {
    const { page: check, asked, story } = await open(SafetyPage, openStory(), '/?code=earth_resistance');
    await tap('method-loop');
    await check.get(T('calibrated')).setValue('2026-03-01');
    for (const key of ['pad-1', 'pad-save']) await tap(key);
    expect(asked.at(-1)?.input).toMatchObject({ unit: 'Ω', calibrated: '2026-03-01' });
    expect(story.choices.get('calibrated.earth_resistance')).toBe('2026-03-01');
  });

  it('of a choice has no unit', async () => {
    const { asked } = await open(SafetyPage);
    await tap('choice-right');
    expect(asked.at(-1)?.input).toMatchObject({ unit: '', calibrated: '' });
  });

  it('of a loaner is taken on the same page, dead tests before live ones', async () => {
    const world = openStory();
    const shown = world.story.do_job({ job });
    const trial = row({ appliance: 'L0000001', code: 'leakage_current', phase: 'trial' });
    shown.loaners = [appliance({ id: 'L0000001', model: 'BYJ-03', readings: [trial, row({ appliance: 'L0000001' })] })];
    const { page: check } = await open(SafetyPage, world);
    const rows = check.findAll('[data-appliance=L0000001]').map((each) => each.attributes('data-test'));
    expect(rows).toEqual(['row-socket_polarity', 'row-leakage_current']);
    expect(check.text()).toContain('备用机 安泉 BYJ-03 · 开工前');
  });
});

describe('photos of a set', () => {
  it('belong to the unit that they were taken of', async () => {
    const world = openStory();
    const shown = world.story.do_job({ job });
    shown.appliances = [...shown.appliances, appliance({ id: 'A0000002', kind: 'range_hood' })];
    world.story.answer('add_photo', { appliance: 'A0000001', stage: 'after', picture: { base64: 'x', stamp: null } } as never);
    const { page: sheet } = await open(SheetPage, world, '/?appliance=A0000002&stage=after');
    expect(sheet.get(T('slot-after')).attributes('data-taken')).toBe('0');
    await tap('appliance-1');
    expect(sheet.get(T('slot-after')).attributes('data-taken')).toBe('1');
  });
});

describe('what the check judges by', () => {
  it('is picked once and saved, and a second tap takes it back', async () => {
    const { page: sheet, asked } = await open(SheetPage);
    await tap('plate-protection-one');
    await tap('plate-protection-one');
    expect(asked.filter((each) => each.command === 'write_field').map((each) => [each.input.field, each.input.value])).toEqual([
      ['protection', 'one'],
      ['protection', ''],
    ]);
    expect(sheet.find(T('plate-gas-lpg')).exists()).toBe(false);
  });
});

describe('the sheet', () => {
  it('saves each field as it is left, once', async () => {
    const { page: sheet, asked } = await open(SheetPage);
    const serial = sheet.get(T('field-serial'));
    await serial.setValue('AQ2019');
    await serial.trigger('change');
    await serial.trigger('blur');
    await flushPromises();
    expect(asked.filter((each) => each.command === 'write_field').map((each) => each.input.value)).toEqual(['AQ2019']);
    expect(sheet.get(T('mark-serial')).text()).toContain('已存本机');
  });

  it('fills fault, cause and action by one tap', async () => {
    const { page: sheet } = await open(SheetPage);
    await tap('likely');
    expect(sheet.get<HTMLInputElement>(T('field-action')).element.value).toBe('换密封圈');
  });

  it('uses a part by one tap, and takes it back', async () => {
    const { page: sheet } = await open(SheetPage);
    await tap('part-offer-AQ-MF-63');
    expect(sheet.get(T('parts-total')).text()).toBe('合计 ¥10.00');
    await tap('part-remove');
    expect(sheet.findAll(T('part-row'))).toHaveLength(0);
  });

  it('keeps what was typed when it could not be saved', async () => {
    const world = openStory();
    const { page: sheet } = await open(SheetPage, world);
    const door = fetch;
    const full = { ok: false, json: async () => ({ code: 'store_failed', params: {}, detail: 'disk' }) };
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => (url === '/ipc/write_field' ? Promise.resolve(full) : door(url, init)));
    await sheet.get(T('field-serial')).setValue('AQ77');
    await sheet.get(T('field-serial')).trigger('blur');
    await flushPromises();
    expect(sheet.get(T('mark-serial')).text()).toContain('还没存上');
    sheet.unmount();
    await flush();
    const again = await open(SheetPage, world);
    expect(again.page.get<HTMLInputElement>(T('field-serial')).element.value).toBe('AQ77');
  });
});

describe('what failed', () => {
  const failed = (code: string): Blocker => ({
    code: 'reading_failed',
    subject: text('接地有效', 'Earth present'),
    jump: { to: 'reading', appliance: appliance().id, code },
  });

  it('stands above everything else on the job, with both ways out', async () => {
    const world = openStory();
    const plain = world.story.do_job.bind(world.story);
    world.story.do_job = (input) => {
      const view = plain(input);
      return { ...view, next: { ...view.next, blockers: [failed('earth_present'), ...view.next.blockers] } };
    };
    const { page: shown, router } = await open(JobPage, world);
    const panel = shown.get(T('failing'));
    expect(panel.findAll(T('blocker'))).toHaveLength(1);
    expect(panel.get(T('failing-ways')).attributes('href')).toContain(`/field/job/${job}/finish`);
    await panel.get(T('blocker')).trigger('click');
    await flushPromises();
    expect(router.currentRoute.value.fullPath).toContain('/safety?');
    expect(router.currentRoute.value.query.code).toBe('earth_present');
  });

  it('is not spoken of while nothing failed', async () => {
    const { page: shown } = await open(JobPage);
    expect(shown.find(T('failing')).exists()).toBe(false);
  });
});

describe('finishing', () => {
  it('keeps the outcomes in sight: a few of what is missing, and all when asked for', async () => {
    const world = openStory();
    for (const step of ['depart', 'arrive']) world.story.answer('tap_node', { tap: step } as never);
    const { page: finish } = await open(FinishPage, world);
    const missing = () => finish.get(T('finish-blockers')).findAll(T('blocker'));
    expect(missing()).toHaveLength(4);
    await tap('all-blockers');
    expect(missing().length).toBeGreaterThan(4);
    expect(finish.find(T('all-blockers')).exists()).toBe(false);
  });

  it('lists what is missing and jumps to it', async () => {
    const world = openStory();
    for (const step of ['depart', 'arrive']) world.story.answer('tap_node', { tap: step } as never);
    const { page: finish, router } = await open(FinishPage, world);
    expect(finish.find(T('outcome-completed')).exists()).toBe(false);
    await tap('blocker');
    expect(router.currentRoute.value.fullPath).toBe(`/field/job/${job}/safety?appliance=A0000001&code=socket_polarity`);
  });
});
