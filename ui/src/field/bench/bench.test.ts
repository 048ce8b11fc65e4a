import type { BenchUnit } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { Bench } from '../../../test/double/benchTales';
import { openStory, T } from '../../../test/door';
import { close, facts, job, onePageEach, open as openPage, seen, tap as tapOn, type as typeIn, type World } from '../../../test/page';
import JobPage from '../JobPage.vue';
import SafetyPage from '../SafetyPage.vue';
import TodayPage from '../TodayPage.vue';
import type { MendName } from '../mend/fields';
import BenchPage from './BenchPage.vue';
import { besides, overdueBy, stepOf } from './nextStep';
import QueuePage from './QueuePage.vue';

const A = 'A0000001';

onePageEach();

async function open(component: Parameters<typeof openPage>[0], world: World, at = '/'): Promise<World> {
  close();
  return openPage(component, world, at);
}

let taps = 0;
const text = (name: string) => seen(name)?.textContent?.replace(/\s+/g, ' ').trim();
async function tap(name: string): Promise<void> {
  taps += 1;
  await tapOn(name);
}
const type = (name: string, value: string) => typeIn(`mend-${name}`, value);
async function save(name: MendName): Promise<void> {
  expect(seen('mend-save')?.hasAttribute('disabled'), name).toBe(false);
  taps += 1;
  seen(`form-${name}`)?.dispatchEvent(new Event('submit'));
  await flushPromises();
}
const step = () => seen('bench-next')?.dataset.step;

function arrived(): World {
  const world = openStory();
  for (const deed of ['depart', 'arrive']) world.story.answer('tap_node', { tap: deed } as never);
  return world;
}
/** Everything that the loaner's place must show. */
function testLoaner(world: World): void {
  for (const loaner of world.story.do_job({ job }).loaners)
    for (const row of loaner.readings)
      row.records = [
        {
          id: `R${row.code}`,
          found: { state: 'choice', option: 'right' },
          method: null,
          instrument: '',
          rectified: '',
          at: 0,
          by: '',
          verdict: { verdict: 'pass', class: null, reason: { zh: '', en: '' }, text: { zh: '', en: '' } },
        },
      ];
}

describe('a heater goes to the bench', () => {
  it('and comes back, one button after another, within the taps that the way may cost', async () => {
    const world = await open(BenchPage, arrived());
    taps = 0;
    expect(text('bench-where')).toBe('还在用户家');
    await tap('bench-next');
    await type('tag', 'BYJ-03');
    await type('deposit', '100');
    await tap('mend-usual');
    await save('place_loaner');
    expect(facts(world)[0]).toMatchObject({ fact: 'loaner', tag: 'BYJ-03', deposit_fen: 10_000, kind: 'instant_heater' });
    expect(text('bench-deposit')).toContain('¥100.00');

    // The loaner is an installation: until it is tested, nothing is taken.
    expect(seen('bench-stops')?.querySelector('[data-code=loaner_unsafe]')).not.toBeNull();
    const loaner = world.story.do_job({ job }).loaners[0]?.id;
    expect(seen('loaner-check')?.getAttribute('href')).toBe(`/field/job/${job}/safety?appliance=${loaner}`);
    await tap('bench-next');
    expect(world.router.currentRoute.value.fullPath).toBe(`/field/job/${job}/safety?appliance=${loaner}`);
    testLoaner(world);
    await open(BenchPage, world);
    await tap('bench-next');
    await type('tag', 'SX-04');
    await save('take_unit');
    expect([text('bench-where'), text('bench-tag'), text('bench-days')]).toEqual(['在路上', 'SX-04', '今天取的']);
    expect(taps).toBeLessThanOrEqual(6);

    taps = 0;
    await tap('bench-next');
    // The tag that it was taken with is known.
    await tap('mend-usual');
    await save('receive_unit');
    expect(facts(world).at(-1)).toMatchObject({ step: 'received', tag: 'SX-04', place: '店里货架' });
    await tap('bench-next');
    await type('found', '可控硅击穿');
    await tap('mend-level-board');
    await save('diagnose');
    await tap('bench-next');
    // The cheaper level's price stands beside a dearer one's (R21).
    await type('total', '380');
    await type('days', '2');
    expect(seen('mend-save')?.hasAttribute('disabled')).toBe(true);
    await tap('mend-other_level-component');
    await type('other', '120');
    await save('quote');
    expect(facts(world).at(-1)).toMatchObject({ level: 'board', total_fen: 38_000, other_level: 'component', other_fen: 12_000 });
    expect(text('bench-quoted')).toContain('用户还没同意');
    await tap('bench-next');
    await tap('mend-answer-yes');
    await tap('mend-channel-phone');
    await save('consent');
    expect(text('bench-quoted')).toContain('用户同意了');
    await tap('bench-next');
    await tap('mend-usual');
    await save('bench');
    expect(facts(world).at(-1)).toMatchObject({ fact: 'bench', work: 'repaired', level: 'board', text: '修好，试机正常' });
    expect(taps).toBeLessThanOrEqual(17);

    taps = 0;
    await tap('bench-next');
    await tap('mend-channel-phone');
    await save('bench');
    expect(facts(world).at(-1)).toMatchObject({ work: 'informed', channel: 'phone' });
    await tap('bench-next');
    await save('return_unit');
    await tap('bench-next');
    await tap('mend-usual');
    await save('loaner_back');
    expect(facts(world).at(-1)).toMatchObject({ fact: 'loaner_back', loaner, condition: '外观完好', kept_fen: 0 });
    expect(taps).toBeLessThanOrEqual(8);
    expect(seen('bench-next')).toBeNull();
    expect(text('bench-nothing')).toBe('机器和备用机都回去了');
    expect(seen('bench-deposit')).toBeNull();
    expect(document.querySelectorAll(T('chain-line'))).toHaveLength(10);
  });

  it('without a loaner where none is to be had, with a promised day', async () => {
    const world = await open(BenchPage, arrived());
    await tap('bench-without_loaner');
    await tap('mend-why-none_available');
    await type('promised', '2026-11-24');
    await save('without_loaner');
    expect(facts(world)).toMatchObject([{ fact: 'without_loaner', why: 'none_available', signature: null }]);
    expect(step()).toBe('take');
  });

  it('and its visit ends as taken to the bench, from the same page', async () => {
    const world = arrived();
    world.story.answer('note_fact', {
      fact: { fact: 'custody', step: 'taken', tag: '', place: '', condition: '' },
      claimed: null,
    } as never);
    await open(BenchPage, world);
    expect(seen('bench-finish')?.getAttribute('href')).toBe(`/field/job/${job}/finish`);
  });

  it('tells why the core refused, and keeps the form', async () => {
    const world = await open(BenchPage, arrived());
    await tap('bench-next');
    await type('tag', '  ');
    expect(seen('mend-save')?.hasAttribute('disabled')).toBe(true);
    const refused = { failure: { code: 'step_blocked', params: { blockers: 'loaner_unsafe' }, detail: '' } };
    Object.assign(world.story, { do_note_fact: () => refused });
    await type('tag', 'BYJ-03');
    await save('place_loaner');
    expect(text('mend-error')).toContain('备用机测电没过');
    expect((seen('mend-tag') as HTMLInputElement).value).toBe('BYJ-03');
  });
});

describe('a unit at the bench', () => {
  it('shows where it is, its tag, how long it waits, what was promised, and that the day has passed', async () => {
    await open(BenchPage, openStory('technician', Bench));
    expect([text('bench-where'), text('bench-tag'), text('bench-days')]).toEqual(['在店里', 'SX-1121-04', '2 天']);
    expect(document.querySelector(T('bench-tag-code'))?.getAttribute('alt')).toBe('标签 SX-1121-04 的二维码');
    expect(document.querySelector(T('bench-tag-paper'))?.getAttribute('href')).toContain('kind=bench_tag');
    expect(text('bench-ready')).toMatch(/^\d+月\d+日/);
    expect(text('bench-overdue')).toBe('过了答应的日子');
    expect(step()).toBe('ask_consent');
  });

  it('names what was entered late, with both times', async () => {
    const world = await open(BenchPage, openStory('technician', Bench));
    const late = [...document.querySelectorAll(T('chain-late'))].map((each) => each.textContent ?? '');
    expect(late).toHaveLength(3);
    expect(late[0]).toMatch(/补录\s*\d\d:\d\d 录入/);
    await tap('bench-promise');
    await type('promised', '2026-11-25');
    const box = seen('mend-late') as HTMLInputElement;
    box.checked = true;
    box.dispatchEvent(new Event('change'));
    await flushPromises();
    await type('late-day', '2026-11-21');
    await type('late-time', '09:30');
    await save('promise');
    const noted = world.asked.filter((each) => each.command === 'note_fact').at(-1);
    expect(noted?.input.claimed).toBe(Date.UTC(2026, 10, 21, 1, 30));
    expect(document.querySelectorAll(T('chain-late'))).toHaveLength(4);
  });

  it('is only read by who has not the job', async () => {
    const world = openStory('technician', Bench);
    world.story.do_job({ job }).may_write = false;
    await open(BenchPage, world);
    expect(seen('bench-next')).toBeNull();
    expect(seen('bench-promise')).toBeNull();
    expect(seen('read-only')).not.toBeNull();
  });

  it('is one tap from its job, and the loaner’s check opens at the loaner', async () => {
    const world = await open(JobPage, openStory('technician', Bench));
    expect(seen('section-bench')?.getAttribute('href')).toBe(`/field/job/${job}/bench`);
    expect(text('count-bench')).toContain('已报价');
    const loaner = world.story.do_job({ job }).loaners[0]?.id;
    await open(SafetyPage, world, `/?appliance=${loaner}`);
    // Three rows of the heater come before the loaner's.
    const rows = [...document.querySelectorAll('[data-test^=row-]')];
    expect(rows.findIndex((row) => row.querySelector('[aria-expanded=true]') !== null)).toBe(3);
  });

  it('has no row on a job whose unit never leaves', async () => {
    await open(JobPage, openStory());
    expect(seen('section-bench')).toBeNull();
  });
});

describe('the queue', () => {
  it('has the longest first, says what is overdue and leads to the unit and back', async () => {
    const world = await open(QueuePage, openStory('technician', Bench));
    const rows = [...document.querySelectorAll<HTMLElement>(T('queued-unit'))];
    expect(rows.map((row) => row.querySelector(T('queued-days'))?.textContent)).toEqual(['5 天', '2 天', '今天取的']);
    expect(rows[1]?.textContent).toContain('过了答应的日子');
    expect(rows[1]?.textContent).toContain('记用户答复');
    const to = rows[1]?.getAttribute('href') ?? '';
    expect(to).toBe(`/field/job/${job}/bench?unit=${A}&from=queue`);
    await open(BenchPage, world, to);
    await tap('back');
    expect(world.router.currentRoute.value.path).toBe('/field/bench');
  });

  it('says what to do when nobody waits', async () => {
    await open(QueuePage, openStory());
    expect(text('empty')).toContain('没有机器在外面');
    expect(seen('empty-next')?.getAttribute('href')).toBe('/field/today');
  });

  it('is counted on Today while something is away', async () => {
    await open(TodayPage, openStory('technician', Bench));
    expect(text('open-bench')).toBe('送修 3');
    expect(seen('open-bench')?.getAttribute('href')).toBe('/field/bench');
    await open(TodayPage, openStory());
    expect(seen('open-bench')).toBeNull();
  });
});

describe('the next step', () => {
  const unit = (change: Partial<BenchUnit>) =>
    ({ custody: null, loaners_out: [], chain: [], tag: '', ready: null, next_contact: null, ...change }) as unknown as BenchUnit;
  it('of a unit at the factory is its coming back, and of nothing is none', () => {
    expect(stepOf(unit({ next: 'receive', custody: 'to_factory' }))?.form).toBe('from_factory');
    expect(stepOf(unit({ next: 'receive', custody: 'taken' }))?.form).toBe('receive_unit');
    expect(stepOf(unit({ next: 'nothing', custody: 'returned' }))).toBeNull();
  });

  it('has others beside it: a promise while it is away, the factory while it is not repaired', () => {
    const forms = (change: Partial<BenchUnit>) => besides(unit(change)).map((each) => each.form);
    expect(forms({ next: 'loaner' })).toEqual(['without_loaner']);
    expect(forms({ next: 'receive', custody: 'taken' })).toEqual(['promise']);
    expect(forms({ next: 'quote', custody: 'received' })).toEqual(['promise', 'bench', 'to_factory']);
    expect(forms({ next: 'return', custody: 'received', loaners_out: ['L'] })).toEqual(['promise', 'bench', 'loaner_back']);
    expect(forms({ next: 'nothing', custody: 'returned' })).toEqual([]);
  });

  it('is overdue by the day that passed first in weight: promise, contact, then the limit', () => {
    expect(overdueBy({ ready: 5, next_contact: 5 }, 9)).toBe('bench.overReady');
    expect(overdueBy({ ready: 20, next_contact: 5 }, 9)).toBe('bench.overContact');
    expect(overdueBy({ ready: null, next_contact: null }, 9)).toBe('bench.overLimit');
  });
});
