import type { Blocker, BlockerCode, JobOutcome, JobView, Jump } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStory, T } from '../../../test/door';
import { close, facts, job, onePageEach, open, seen, tap, type, type World } from '../../../test/page';
import { i18n } from '@/i18n';
import { flush } from '@/stores/draft';
import FinishPage from '../FinishPage.vue';
import JobPage from '../JobPage.vue';
import SheetPage from '../SheetPage.vue';
import { placeOf, placeOfBlocker } from '../jump';
import { MENDS } from './facts';
import type { MendName } from './fields';
import { known, mendsOf } from './mendsOf';

onePageEach();

function arrived(overrun = false): World {
  const world = openStory();
  world.story.overrun = overrun;
  for (const tap of ['depart', 'arrive']) world.story.answer('tap_node', { tap } as never);
  return world;
}

const typeIn = (name: string, value: string) => type(`mend-${name}`, value);
async function save(name: MendName): Promise<void> {
  seen(`form-${name}`)?.dispatchEvent(new Event('submit'));
  await flushPromises();
}
async function blocker(code: BlockerCode): Promise<void> {
  document.querySelector<HTMLElement>(`${T('blocker')}[data-code="${code}"]`)?.click();
  await flushPromises();
}

/** Where the core names what stands in the way of a job. */
const GATES = [
  ...['judge', 'mod', 'outcomes', 'safety_gate', 'sheet_gate'].map((name) => `gates/${name}`),
  ...['bench', 'crew', 'first_fix', 'money/refrigerant', 'timing', 'triage'],
];

describe('every blocker', () => {
  const domain = resolve(import.meta.dirname, '../../../../src-tauri/core/src/domain');
  const gates = GATES.map((name) => readFileSync(resolve(domain, `${name}.rs`), 'utf8').split('#[cfg(test)]')[0] ?? '');
  const codes = [...new Set(gates.flatMap((text) => [...text.matchAll(/BlockerCode::([A-Z]\w+)/g)].map((match) => match[1] ?? '')))];
  const snake = (name: string) => name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  const A = 'A0000001';
  const JUMPS: Partial<Record<string, Jump>> = {
    not_arrived: { to: 'node', node: 'arrived' },
    card_not_shown: { to: 'card' },
    reading_missing: { to: 'reading', appliance: A, code: 'earth_present' },
    reading_not_measured: { to: 'reading', appliance: A, code: 'earth_present' },
    reading_failed: { to: 'reading', appliance: A, code: 'earth_present' },
    phase_too_early: { to: 'reading', appliance: A, code: 'earth_present' },
    field_missing: { to: 'field', appliance: A, field: 'serial' },
    photo_missing: { to: 'photos', appliance: A, stage: 'after' },
    notice_missing: { to: 'notice', appliance: A },
    not_unplugged: { to: 'hazard' },
    not_tagged: { to: 'hazard' },
    recheck_missing: { to: 'hazard' },
    ...Object.fromEntries(
      ['unit_out', 'loaner_unsafe', 'phone_missing', 'address_missing', 'symptom_missing'].map((code) => [
        code,
        { to: 'bench', appliance: A },
      ]),
    ),
    ...Object.fromEntries(
      ['no_leak_found', 'flame_on_charge', 'purged_with_refrigerant', 'evacuation_too_short', 'charge_incomplete'].map((code) => [
        code,
        { to: 'charge', appliance: A },
      ]),
    ),
  };
  /** Said, not tapped: what is the owner's to mend. */
  const SAID = ['plan_missing', 'certificate_missing', 'grade_too_low'];

  it('that the core’s gates name has a form or a page that mends it', () => {
    expect(codes.length).toBeGreaterThan(20);
    const dead = codes
      .map(snake)
      .filter((code) => !SAID.includes(code))
      .filter((code) => {
        const jump = JUMPS[code] ?? ({ to: 'owner' } as const);
        return mendsOf({ code: code as BlockerCode, subject: null, jump }).length === 0 && placeOf(job, jump) === null;
      });
    expect(dead).toEqual([]);
  });

  it('of the bench leads to the unit’s page, where all its steps are', () => {
    const out: Blocker = { code: 'unit_out', subject: null, jump: { to: 'bench', appliance: A } };
    expect(mendsOf(out)).toEqual([]);
    expect(placeOf(job, out.jump)).toEqual({ path: `/field/job/${job}/bench`, query: { unit: A } });
    // What the bench lacks and the sheet has a field for is written there.
    expect(placeOfBlocker(job, { ...out, code: 'symptom_missing' })).toMatchObject({ query: { field: 'symptom' } });
    expect(placeOfBlocker(job, { ...out, code: 'loaner_unsafe' })).toBe(`/field/job/${job}/safety`);
  });

  it.each([
    ['refused_unsafe', 'refusal'],
    ['hazard_remaining', 'hazard_remaining'],
    ['condemned', 'condemned'],
  ] as [JobOutcome, string][])('of %s asks for the notice of its kind', (outcome, kind) => {
    expect(known({ code: 'notice_missing', subject: null, jump: { to: 'notice', appliance: A } }, outcome)).toEqual({ kind });
  });
});

describe('the table of facts', () => {
  it('names every field and every choice in the language files', () => {
    const { words } = i18n.global.getLocaleMessage('zh') as unknown as { words: Record<string, Record<string, string>> };
    const unnamed = Object.entries(MENDS).flatMap(([name, mend]) => [
      ...(words.mend?.[name] ? [] : [name]),
      ...mend.fields.flatMap((field) => [
        ...(words.input?.[field.key] ? [] : [`${name}.${field.key}`]),
        ...(field.options ?? []).filter((option) => !words[field.group ?? '']?.[option]).map((option) => `${name}.${field.key}.${option}`),
      ]),
    ]);
    expect(unnamed).toEqual([]);
  });
});

describe('before setting out', () => {
  it('goods are confirmed where departing would be tapped, and departing is asked only then', async () => {
    const world = openStory();
    const shown = world.story.do_job({ job });
    const goods: Blocker = { code: 'goods_not_confirmed', subject: null, jump: { to: 'node', node: 'departed' } };
    shown.next = { ...shown.next, before_going: [goods] };
    await open(JobPage, world);
    expect(seen('before-going')?.textContent).toContain('货还没确认到');
    await tap('next-step');
    expect(world.asked.map((each) => each.command)).not.toContain('tap_node');
    await save('goods');
    expect(facts(world)).toEqual([{ fact: 'goods', here: true, note: '' }]);
    await tap('next-step');
    expect(world.asked.map((each) => each.command)).toContain('tap_node');
  });

  it('a gas leak asks who was called, and offers the gas company', async () => {
    const world = openStory();
    const shown = world.story.do_job({ job });
    const subject = { zh: '先按话术电话指导用户', en: 'Guide the customer by phone first' };
    shown.next = { ...shown.next, before_going: [{ code: 'not_guided', subject, jump: { to: 'node', node: 'guided' } }] };
    await open(JobPage, world);
    expect(seen('before-going')?.querySelector(T('blocker'))?.textContent?.trim()).toBe('先按话术电话指导用户');
    await tap('next-step');
    await tap('mend-script-gas');
    expect(seen('mend-save')?.hasAttribute('disabled')).toBe(true);
    await tap('mend-usual');
    await save('guidance');
    expect(facts(world)).toEqual([{ fact: 'guidance', script: 'gas', called: '燃气公司', solved: false }]);
  });
});

describe('work on a refrigerant circuit', () => {
  it('is written down with gas, leak, grams and pressures', async () => {
    const world = arrived();
    const unit = world.story.do_job({ job }).appliances[0];
    if (unit) unit.kind = 'air_conditioner';
    await open(SheetPage, world);
    await tap('add-charge');
    for (const each of ['gas-r32', 'leak_found-yes', 'welded-yes', 'charged_when_welding-no', 'evacuation-pump']) await tap(`mend-${each}`);
    await typeIn('leak_at', '室内机接头');
    await typeIn('minutes', '20');
    await typeIn('before_kpa', '-95');
    await typeIn('grams', '870');
    await typeIn('after_kpa', '900');
    await save('charge');
    expect(facts(world)[0]).toMatchObject({ gas: 'R32', grams: 870, before_kpa: -95, minutes: 20, evacuation: 'pump', welded: true });
  });
});

describe('damage', () => {
  it('has its picture first; what is paid on the spot is signed for and leaves the till', async () => {
    const world = arrived();
    const shown = world.story.do_job({ job });
    const [unit] = shown.appliances;
    const photo = { id: 'P0000009', appliance: unit?.id ?? '', stage: 'damage', photo: 'b'.repeat(64), thumb: 'c'.repeat(64) };
    shown.photos.push(photo as (typeof shown.photos)[number]);
    await open(SheetPage, world);
    await tap('add-damage');
    await tap('mend-usual');
    await typeIn('asked', '180');
    await tap('mend-settled-no');
    expect(seen('mend-agreed')).toBeNull();
    await tap('mend-settled-yes');
    await typeIn('agreed', '150');
    await typeIn('name', '张老师');
    document.querySelector<HTMLElement>(`${T('form-damage')} .tiles button`)?.click();
    await flushPromises();
    await save('damage');
    const told = facts(world) as Record<string, unknown>[];
    expect(told.map((each) => each.fact)).toEqual(['damage', 'signature', 'claim_share', 'payment']);
    expect(told[0]).toMatchObject({ what: '吊顶', asked_fen: 18_000, photos: [photo.photo] });
    expect(told[2]).toMatchObject({ party: 'outlet', fen: 15_000, state: 'paid', damage: told[1]?.subject });
    expect(told[3]).toMatchObject({ fen: -15_000, way: 'cash', paid_for: 'compensation', subject: told[1]?.subject });
  });
});

describe('a blocker on the job', () => {
  it('of an overrun is mended by one tap on a usual reason', async () => {
    const world = await open(JobPage, arrived(true));
    await tap('all-blockers');
    await blocker('overrun_reason');
    expect(seen('mend-save')?.hasAttribute('disabled')).toBe(true);
    await tap('mend-usual');
    await save('overrun');
    expect(facts(world)).toEqual([{ fact: 'reason', about: 'overrun', subject: null, text: '等配件', photo: null }]);
    expect(seen('mend')).toBeNull();
    expect(document.querySelector('[data-code=overrun_reason]')).toBeNull();
  });

  it('keeps what was typed until it is saved', async () => {
    const world = arrived(true);
    await open(JobPage, world);
    await tap('all-blockers');
    await blocker('overrun_reason');
    await typeIn('reason', '墙里有钢筋');
    await flush();
    close();
    await open(JobPage, world);
    await tap('all-blockers');
    await blocker('overrun_reason');
    expect((seen('mend-reason') as HTMLTextAreaElement).value).toBe('墙里有钢筋');
  });

  it('can be entered late, with the time it happened', async () => {
    const world = await open(JobPage, arrived(true));
    await tap('all-blockers');
    await blocker('overrun_reason');
    await tap('mend-usual');
    const late = seen('mend-late') as HTMLInputElement;
    late.checked = true;
    late.dispatchEvent(new Event('change'));
    await flushPromises();
    expect(seen('mend-save')?.hasAttribute('disabled')).toBe(true);
    await typeIn('late-day', '2026-11-21');
    await typeIn('late-time', '13:30');
    await save('overrun');
    expect(world.asked.find((each) => each.command === 'note_fact')?.input.claimed).toBe(Date.UTC(2026, 10, 21, 5, 30));
  });
});

describe('an outcome that is not open yet', () => {
  async function failed(): Promise<World> {
    const world = arrived();
    world.story.answer('record_reading', {
      code: 'earth_resistance',
      found: { state: 'number', thousandths: 12_600 },
      method: 'loop',
      instrument: '',
      rectified: '',
    } as never);
    return open(FinishPage, world);
  }

  it('opens once the notice is signed: the signature first, then the notice that names it', async () => {
    const world = await failed();
    expect(seen('outcome-refused_unsafe')).toBeNull();
    seen('gate-refused_unsafe')?.querySelector<HTMLElement>(T('blocker'))?.click();
    await flushPromises();
    expect(seen('mend-kind-refusal')?.getAttribute('aria-checked')).toBe('true');
    expect((seen('mend-text') as HTMLTextAreaElement).value).toContain('接地电阻');
    await typeIn('name', '田有福');
    await save('notice');
    const [signature, notice] = facts(world);
    expect(signature).toMatchObject({ fact: 'signature', signed_for: 'notice', signer: 'customer', name: '田有福' });
    expect(notice).toMatchObject({ fact: 'notice', kind: 'refusal', refused: false, witness: '' });
    expect(notice?.signature).toMatch(/^X/);
    expect((notice?.readings as string[]).length).toBe(1);
    expect(seen('outcome-refused_unsafe')).not.toBeNull();
  });

  it('opens as well when the customer refuses to sign and somebody saw it', async () => {
    const world = await failed();
    seen('gate-refused_unsafe')?.querySelector<HTMLElement>(T('blocker'))?.click();
    await flushPromises();
    await tap('mend-refused-yes');
    expect(seen('mend-name')).toBeNull();
    await typeIn('witness', '村电工老周');
    await save('notice');
    expect(facts(world)).toMatchObject([{ fact: 'notice', refused: true, witness: '村电工老周', signature: null }]);
  });
});

describe('a blocker that several facts mend', () => {
  it('stays open until it is gone, and no quote comes before the diagnosis', async () => {
    const world = arrived();
    const lacks: Blocker = { code: 'not_consented', subject: null, jump: { to: 'bench', appliance: 'A0000001' } };
    const { answer } = world.story;
    const consented = () => facts(world).some((fact) => fact.fact === 'consent');
    world.story.answer = (command, input) => {
      const given = answer.call(world.story, command, input);
      const { next } = ((given.value as { job?: JobView } | undefined)?.job ?? given.value ?? {}) as Partial<JobView>;
      if (next && !consented()) next.blockers = [lacks, ...next.blockers.filter(({ code }) => code !== lacks.code)];
      return given;
    };
    await open(JobPage, world);
    await blocker('not_consented');
    await tap('mend-quote');
    await tap('mend-first');
    await typeIn('found', '可控硅击穿');
    await tap('mend-level-component');
    await save('diagnose');
    expect(seen('mend')).not.toBeNull();
    await tap('mend-quote');
    await tap('mend-level-component');
    await typeIn('total', '120');
    await typeIn('days', '2');
    await save('quote');
    await tap('mend-consent');
    expect((seen('mend-cost') as HTMLInputElement).value).toBe('120.00');
    await tap('mend-answer-yes');
    await tap('mend-channel-phone');
    await save('consent');
    expect(seen('mend')).toBeNull();
    expect(facts(world).map((fact) => fact.fact)).toEqual(['diagnosis', 'quote', 'consent']);
    expect(facts(world)[2]).toMatchObject({ yes: true, channel: 'phone', cost_fen: 12_000, days: 2, who: '王芳' });
  });
});

describe('a nameplate that can’t be read', () => {
  it('is an answer with its photo', async () => {
    const world = arrived();
    world.story.answer('add_photo', { appliance: 'A0000001', stage: 'nameplate', picture: { base64: 'x', stamp: null } } as never);
    await open(SheetPage, world);
    await tap('nameplate-unreadable');
    await tap('mend-usual');
    expect(seen('mend-save')?.hasAttribute('disabled')).toBe(true);
    seen('mend')?.querySelector<HTMLElement>(T('photo'))?.click();
    await flushPromises();
    await save('nameplate');
    expect(facts(world)).toMatchObject([{ fact: 'reason', about: 'nameplate', subject: 'A0000001', text: '铭牌脱落' }]);
    expect(facts(world)[0]?.photo).toMatch(/^X/);
  });
});
