/** What a technician is told before departure and may say on site beyond what a gate asks for (R2, R3, R8, R9, R10, R15). */
import type { JobView } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { momentOf } from '@/format/time';
import { speak } from '@/i18n';
import { useNotices } from '@/stores/notices';
import { useSession } from '@/stores/session';
import { NOW } from '../../test/builders';
import { openStory } from '../../test/door';
import { shockScript } from '../../test/outletBuilders';
import { close, facts, job, onePageEach, open, seen, tap, type, type World } from '../../test/page';
import CardPage from './CardPage.vue';
import FinishPage from './FinishPage.vue';
import JobPage from './JobPage.vue';
import SheetPage from './SheetPage.vue';
import WalkInPage from './walkin/WalkInPage.vue';

vi.mock('@/api/host', async (original) => ({ ...(await original<object>()), openOutside: vi.fn(() => Promise.resolve()) }));
const { openOutside } = await import('@/api/host');

onePageEach();
afterEach(() => vi.useRealTimers());

/** A story whose job is as told. */
function told(change: (view: JobView) => void, world: World = openStory()): World {
  const plain = world.story.do_job.bind(world.story);
  change(plain({ job }));
  return world;
}
const writes = (world: World) =>
  world.asked.filter((each) => each.command === 'write_field').map((each) => [each.input.field, each.input.value]);
const arrive = (world: World) => ['depart', 'arrive'].forEach((tap) => world.story.answer('tap_node', { tap } as never));

describe('before departure', () => {
  it('says what to take along, and how much of it is in the own bag', async () => {
    const world = await open(JobPage);
    expect(seen('take-AQ-MF-63')?.textContent).toContain('身上有 2');
    expect(seen('take-AQ-JT-01')?.textContent).toContain('身上没有');
    expect(seen('take-tools')?.textContent).toContain('管钳');
    await tap('next-step', 'next-step');
    close();
    await open(JobPage, world);
    expect(seen('take-along'), 'too late to take anything').toBeNull();
  });

  it('says nothing of a stock that nobody keeps', async () => {
    await open(
      JobPage,
      told((view) => view.take_along.parts.forEach((part) => (part.carried = null))),
    );
    expect(seen('take-AQ-MF-63')?.textContent?.trim()).toBe('密封圈');
  });
});

describe('an emergency', () => {
  const shock = () => told((view) => void (view.scripts = [shockScript()]));

  it('has its words on the job, with the number to call, until somebody wrote down that they were said', async () => {
    const world = await open(JobPage, shock());
    const words = seen('call-words')?.textContent ?? '';
    for (const said of ['先拉下家里的总闸', '人离开卫生间', '千万不要', '不要碰水和金属管']) expect(words).toContain(said);
    await tap('dial-120');
    expect(openOutside).toHaveBeenCalledWith('tel:120');
    await tap('script-said');
    expect(seen('form-guidance'), 'the script is picked already').not.toBeNull();
    expect(seen('mend-script-shock')?.getAttribute('aria-checked')).toBe('true');
    await tap('mend-save');
    expect(facts(world)).toMatchObject([{ fact: 'guidance', script: 'shock' }]);
  });

  it('has the words of whichever script is picked in the form', async () => {
    await open(JobPage, shock());
    await tap('script-said');
    expect(document.querySelectorAll('[data-test=form-guidance] [data-test=call-words]')).toHaveLength(1);
    await tap('mend-script-water_leak');
    expect(document.querySelectorAll('[data-test=form-guidance] [data-test=call-words]'), 'none is known here').toHaveLength(0);
  });

  it('is heard while a walk-in is typed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await open(WalkInPage);
    await type('walk-in-symptom', '厨房煤气味');
    await vi.advanceTimersByTimeAsync(400);
    await flushPromises();
    expect(seen('call-words')?.textContent).toContain('先关燃气总阀');
    expect(seen('dial-119')).not.toBeNull();
    await type('walk-in-symptom', '不加热');
    await vi.advanceTimersByTimeAsync(400);
    await flushPromises();
    expect(seen('call-words')).toBeNull();
  });
});

describe('the sheet', () => {
  it('offers every cause with its action, tools named, and the rest on a tap', async () => {
    const world = await open(
      SheetPage,
      told((view) => view.appliances.forEach((each) => (each.likely = ['ih_joint_leaks', 'ih_no_heat', 'gone']))),
    );
    const pairs = () => [...document.querySelectorAll<HTMLElement>('[data-test=likely]')];
    expect(pairs().map((each) => each.textContent)).toEqual(['密封圈老化换密封圈', '接头滑丝换进水接头', '过热板上换可控硅']);
    expect(seen('likely-tools')?.textContent).toContain('管钳');
    pairs()[1]?.click();
    await flushPromises();
    expect(writes(world)).toEqual([
      ['fault', '进水接头漏'],
      ['cause', '接头滑丝'],
      ['action', '换进水接头'],
    ]);
    expect(pairs().map((each) => each.getAttribute('aria-pressed'))).toEqual(['false', 'true', 'false']);
  });

  it('suggests nothing where the words fit nothing, and still has the lists', async () => {
    await open(
      SheetPage,
      told((view) => view.appliances.forEach((each) => (each.likely = []))),
    );
    expect(seen('likely')).toBeNull();
    await tap('pick-cause');
    expect([...document.querySelectorAll('[data-test=offer]')].map((each) => each.textContent)).toContain('接头滑丝');
  });

  it('puts the parts first that the symptom asks for', async () => {
    await open(SheetPage);
    const codes = (name: string) =>
      [...(seen(name)?.querySelectorAll<HTMLElement>('button') ?? [])].map((each) => each.dataset.test?.replace('part-offer-', ''));
    expect([codes('parts-likely'), codes('parts-other')]).toEqual([['AQ-JT-01', 'AQ-MF-63'], ['AQ-AQF-07']]);
  });

  it('fills in by one tap what the last visit read off the plate, and takes it back by one', async () => {
    const world = await open(
      SheetPage,
      told((view) => {
        const [unit] = view.appliances;
        if (unit) unit.last = { job, at: NOW - 40 * 86_400_000, fields: { serial: 'AQ85-0001', rated_watts: '8500' } };
      }),
    );
    await tap('last-time');
    expect(writes(world)).toEqual([
      ['serial', 'AQ85-0001'],
      ['rated_watts', '8500'],
    ]);
    expect((seen('field-serial') as HTMLInputElement).value).toBe('AQ85-0001');
    useNotices().shown[0]?.undo?.run();
    await flushPromises();
    expect(world.asked.filter(({ command }) => command === 'undo')).toHaveLength(2);
    expect((seen('field-serial') as HTMLInputElement).value).toBe('');
  });

  it('has no such button where nothing is known', async () => {
    await open(SheetPage);
    expect(seen('last-time')).toBeNull();
  });

  it('takes the outdoor unit’s serial of an air conditioner and shows it again', async () => {
    const world = await open(
      SheetPage,
      told((view) => view.appliances.forEach((each) => (each.kind = 'air_conditioner'))),
    );
    await tap('add-outdoor');
    await type('mend-outdoor_serial', 'BL35W-1');
    await tap('mend-save');
    expect(facts(world)).toMatchObject([{ fact: 'serial', unit: 'outdoor', serial: 'BL35W-1', photo: null }]);
    expect(seen('outdoor-serial')?.textContent).toContain('BL35W-1');
  });
});

describe('on site', () => {
  it('stops the clock for a reason and lets it go on', async () => {
    const world = openStory();
    arrive(world);
    await open(JobPage, world);
    expect(seen('work-clock')?.textContent).toContain('/ 60 分');
    await tap('clock-stop');
    expect((seen('mend-save') as HTMLButtonElement).disabled, 'a stop needs its reason').toBe(true);
    await tap('mend-stop_reason-parts', 'mend-save');
    expect(seen('clock-stopped')?.textContent).toContain('等配件');
    await tap('clock-resume', 'mend-save');
    expect(seen('clock-stopped')).toBeNull();
    expect(facts(world)).toMatchObject([
      { fact: 'pause', stopped: true, reason: 'parts' },
      { fact: 'pause', stopped: false, reason: 'parts' },
    ]);
  });

  it('notes an appointment with its window, and why there is none', async () => {
    const world = await open(JobPage);
    await tap('visit-appointment');
    await type('mend-when_day', '2026-11-22');
    await type('mend-from', '14:00');
    await type('mend-to', '16:00');
    await tap('mend-save');
    expect(facts(world)).toMatchObject([
      {
        fact: 'appointment',
        result: 'appointed',
        window: { from: momentOf('2026-11-22', '14:00'), to: momentOf('2026-11-22', '16:00') },
        channel: 'phone',
      },
    ]);
    await tap('visit-appointment', 'mend-result-failed');
    expect((seen('mend-save') as HTMLButtonElement).disabled).toBe(true);
    await type('mend-reason', '没人接');
    await tap('mend-save');
    expect(facts(world)[1]).toMatchObject({ result: 'failed', window: null, reason: '没人接' });
  });

  it('keeps own words where they can be read', async () => {
    const world = await open(JobPage);
    await tap('visit-remark');
    await type('mend-text', '狗在院子里');
    await tap('mend-save');
    expect(facts(world)).toMatchObject([{ fact: 'remark', text: '狗在院子里' }]);
    expect(seen('remark')?.textContent).toContain('狗在院子里');
  });
});

describe('a step that nobody tapped', () => {
  const late = (world: World) =>
    world.asked.filter(({ command }) => command === 'enter_late').map(({ input }) => [input.late, input.claimed]);

  it('is entered with its own moment, and the visit goes on', async () => {
    const world = await open(JobPage);
    await tap('late-open', 'late-arrive');
    await type('late-day', '2026-11-20');
    await type('late-time', '09:05');
    await tap('late-save');
    expect(late(world)).toEqual([[{ step: 'arrive' }, momentOf('2026-11-20', '09:05')]]);
    expect(seen('next-step')?.dataset.step).toBe('show_card');
    expect(seen('node-entered'), 'marked as entered later').not.toBeNull();
    await tap('late-open');
    expect([seen('late-depart'), seen('late-arrive')].map(Boolean), 'what is still missing').toEqual([true, false]);
  });

  it('says why a moment can’t be one, and keeps what was typed', async () => {
    await open(JobPage);
    await tap('late-open', 'late-depart');
    await type('late-day', '2099-01-01');
    await type('late-time', '09:00');
    await tap('late-save');
    expect(seen('late-error')?.textContent).toContain('还没到');
    expect((seen('late-day') as HTMLInputElement).value).toBe('2099-01-01');
  });

  it('may be the end: then its own moment counts', async () => {
    const world = openStory();
    arrive(world);
    await open(FinishPage, world);
    await tap('outcome-given_up', 'finish-late');
    await type('finish-late-day', '2026-11-21');
    await type('finish-late-time', '10:30');
    await tap('finish-confirm');
    expect(late(world)).toEqual([[{ step: 'finish', outcome: 'given_up' }, momentOf('2026-11-21', '10:30')]]);
    expect(world.asked.some(({ command }) => command === 'finish')).toBe(false);
  });

  it('is open where nothing but the overrun’s reason is missing', async () => {
    const world = told((view) => {
      const blocker = { code: 'overrun_reason', subject: null, jump: { to: 'node', node: 'finished' } } as const;
      view.card.arrived_at = NOW - 5_400_000;
      view.next = { step: 'fill_sheet', before_going: [], blockers: [blocker], outcomes: ['given_up'], others: [] };
    });
    await open(FinishPage, world);
    expect(seen('outcome-completed')).toBeNull();
    await tap('finish-late');
    expect(seen('outcome-completed'), 'it may have ended in time').not.toBeNull();
  });

  it('is the leaving, once the work has ended', async () => {
    const world = openStory();
    arrive(world);
    world.story.answer('finish', { job, outcome: 'given_up' } as never);
    await useSession().load();
    await open(JobPage, world);
    await tap('late-open', 'late-save');
    expect(late(world).map(([step]) => step)).toEqual([{ step: 'leave' }]);
    expect(seen('late-open')).toBeNull();
  });
});

describe('the card', () => {
  it('has the number as a code to scan, named for who can’t see it', async () => {
    await open(CardPage);
    await flushPromises();
    expect(seen('card-code')?.querySelector('img')?.alt).toContain('138 0000 1000');
  });

  it('is shown without one where the outlet has no number', async () => {
    const world = openStory();
    world.story.do_card_code = (() => null) as never;
    await open(CardPage, world);
    expect(seen('card-code')).toBeNull();
    expect(seen('card-member')).not.toBeNull();
  });

  it('speaks English as well', async () => {
    await speak('en');
    await open(CardPage);
    await flushPromises();
    expect(seen('card-code')?.textContent).toContain('Scan to call Outlet');
  });
});
