/**
 * What a blocker can be mended with: for each fact the fields that a person fills in, and how the fact is written from them.
 *
 * The forms are drawn from this table alone. Whether a fact is right, and what it opens, is said by the core.
 */
import type { BenchView, ContactChannel, JobView, RepairLevel, SheetFact } from '@schemas';
import { fenOf } from '@/format/amount';
import { dayStart } from '@/format/time';

export type MendName =
  | 'overrun'
  | 'nameplate'
  | 'goods'
  | 'guidance'
  | 'notice'
  | 'hazard'
  | 'acceptance'
  | 'place_loaner'
  | 'without_loaner'
  | 'take_unit'
  | 'receive_unit'
  | 'diagnose'
  | 'quote'
  | 'consent'
  | 'bench'
  | 'promise'
  | 'return_unit'
  | 'loaner_back';

export type Values = Record<string, string>;

/** Where a fact is written: the job, the appliance it is about, and how one is saved; a saved fact's id comes back. */
export interface At {
  view: JobView;
  appliance: string;
  note: (fact: SheetFact) => Promise<string>;
}

export interface Field {
  /** Its label is `words.input.<key>`. */
  key: string;
  kind: 'text' | 'long' | 'choice' | 'yes' | 'money' | 'count' | 'day' | 'photo' | 'loaner';
  /** The words of a choice, and the group of the language files that names them. */
  group?: string;
  options?: readonly string[];
  /** Usual answers: keys under `field.mend.usual`. */
  usual?: readonly string[];
  optional?: boolean;
  when?: (values: Values) => boolean;
  hint?: string;
}

export interface Mend {
  fields: Field[];
  start?: (at: At) => Values;
  /** What must be there first. */
  first?: (at: At) => MendName | null;
  write: (values: Values, at: At) => Promise<unknown>;
}

const yes = (values: Values, key: string) => values[key] === 'yes';
const said = (values: Values, key: string) => (values[key] ?? '').trim();
const fen = (values: Values, key: string) => fenOf(values[key] ?? '') ?? 0;
const count = (values: Values, key: string) => Number(values[key] ?? '') || 0;
/** The end of a promised day's morning: a day on paper has no hour. */
const day = (values: Values, key: string) => (values[key] ? dayStart(values[key]) + 12 * 3_600_000 : null);
/** A word of the table: the core refuses what it does not know. */
const word = <T extends string>(values: Values, key: string) => (values[key] ?? '') as T;

function benchOf(at: At): BenchView | undefined {
  return at.view.bench.find((each) => each.appliance === at.appliance);
}

const CHANNELS = ['in_person', 'phone', 'chat', 'sms'] as const;
const LEVELS = ['component', 'board', 'factory'] as const;
const channel: Field = { key: 'channel', kind: 'choice', group: 'channel', options: CHANNELS };

/** The readings whose failure stands, newest record of each row. */
export function failing(view: JobView) {
  const rows = [...view.appliances, ...view.loaners].flatMap((each) => each.readings);
  return rows.flatMap((row) => {
    const last = row.records[row.records.length - 1];
    return last?.verdict.verdict === 'fail' ? [{ row, last }] : [];
  });
}

function failures(at: At): string {
  return failing(at.view)
    .map(({ row, last }) => [row.name.zh, last.verdict.reason.zh].filter(Boolean).join('：'))
    .join('；');
}

const custody = (step: 'taken' | 'received' | 'returned') => (values: Values, at: At) =>
  at.note({
    fact: 'custody',
    appliance: at.appliance,
    step,
    tag: said(values, 'tag'),
    place: said(values, 'place'),
    condition: said(values, 'condition'),
    carried_in: yes(values, 'carried_in'),
  });

const signature = (at: At, signed_for: 'notice' | 'loaner_declined' | 'acceptance', signer: 'customer' | 'acceptor', name: string) =>
  at.note({ fact: 'signature', signed_for, subject: null, signer, name, image: null });

export const MENDS: Record<MendName, Mend> = {
  overrun: {
    fields: [{ key: 'reason', kind: 'long', usual: ['parts', 'rectify', 'wall', 'far'] }],
    write: (values, at) => at.note({ fact: 'reason', about: 'overrun', subject: null, text: said(values, 'reason'), photo: null }),
  },
  nameplate: {
    fields: [
      { key: 'reason', kind: 'text', usual: ['lost', 'blurred'] },
      { key: 'photo', kind: 'photo' },
    ],
    write: (values, at) =>
      at.note({ fact: 'reason', about: 'nameplate', subject: at.appliance, text: said(values, 'reason'), photo: values.photo ?? null }),
  },
  goods: {
    fields: [
      { key: 'here', kind: 'yes' },
      { key: 'note', kind: 'text', optional: true },
    ],
    start: () => ({ here: 'yes' }),
    write: (values, at) => at.note({ fact: 'goods', here: yes(values, 'here'), note: said(values, 'note') }),
  },
  guidance: {
    fields: [
      { key: 'script', kind: 'choice', group: 'emergency', options: ['gas', 'carbon_monoxide', 'shock', 'burning_smell', 'water_leak'] },
      { key: 'called', kind: 'text', when: (values) => values.script === 'gas' },
      { key: 'called', kind: 'text', optional: true, when: (values) => values.script !== 'gas' },
      { key: 'solved', kind: 'yes' },
    ],
    start: () => ({ solved: 'no' }),
    write: (values, at) =>
      at.note({ fact: 'guidance', script: said(values, 'script'), called: said(values, 'called'), solved: yes(values, 'solved') }),
  },
  notice: {
    fields: [
      {
        key: 'kind',
        kind: 'choice',
        group: 'noticeKind',
        options: ['refusal', 'hazard_remaining', 'condemned', 'sale_refused', 'warning'],
      },
      { key: 'text', kind: 'long' },
      { key: 'refused', kind: 'yes' },
      { key: 'name', kind: 'text', hint: 'signHint', when: (values) => !yes(values, 'refused') },
      { key: 'witness', kind: 'text', when: (values) => yes(values, 'refused') },
    ],
    start: (at) => ({ refused: 'no', text: failures(at) }),
    write: async (values, at) => {
      const refused = yes(values, 'refused');
      const signed = refused ? null : await signature(at, 'notice', 'customer', said(values, 'name'));
      return at.note({
        fact: 'notice',
        appliance: at.appliance,
        kind: word(values, 'kind'),
        readings: failing(at.view).map(({ last }) => last.id),
        text: said(values, 'text'),
        signature: signed,
        refused,
        witness: refused ? said(values, 'witness') : '',
      });
    },
  },
  hazard: {
    fields: [
      { key: 'text', kind: 'long' },
      { key: 'hazard_action', kind: 'text', optional: true },
      { key: 'unplugged', kind: 'yes' },
      { key: 'tagged', kind: 'yes' },
      { key: 'recheck', kind: 'day' },
    ],
    start: (at) => ({ text: failures(at) }),
    write: (values, at) =>
      at.note({
        fact: 'hazard',
        appliance: at.appliance,
        code: '',
        text: said(values, 'text'),
        action: said(values, 'hazard_action'),
        before: failing(at.view)[0]?.last.id ?? null,
        after: null,
        households: 1,
        remaining: true,
        unplugged: yes(values, 'unplugged'),
        tagged: yes(values, 'tagged'),
        recheck: day(values, 'recheck'),
      }),
  },
  acceptance: {
    fields: [
      { key: 'signer', kind: 'choice', group: 'signer', options: ['acceptor', 'customer'] },
      { key: 'name', kind: 'text', hint: 'signHint' },
    ],
    write: (values, at) => signature(at, 'acceptance', word(values, 'signer'), said(values, 'name')),
  },
  place_loaner: {
    fields: [
      { key: 'tag', kind: 'text' },
      { key: 'loaner_model', kind: 'text', optional: true },
      { key: 'loaner_serial', kind: 'text', optional: true },
      { key: 'deposit', kind: 'money', optional: true },
      { key: 'condition', kind: 'long', optional: true },
    ],
    write: (values, at) =>
      at.note({
        fact: 'loaner',
        appliance: at.appliance,
        kind: at.view.appliances.find((each) => each.id === at.appliance)?.kind ?? 'other',
        tag: said(values, 'tag'),
        model: said(values, 'loaner_model'),
        serial: said(values, 'loaner_serial'),
        deposit_fen: fen(values, 'deposit'),
        condition: said(values, 'condition'),
        photos: at.view.photos.filter((photo) => photo.stage === 'loaner').map((photo) => photo.photo),
      }),
  },
  without_loaner: {
    fields: [
      { key: 'why', kind: 'choice', group: 'noLoaner', options: ['declined', 'none_available'] },
      { key: 'name', kind: 'text', hint: 'signHint', when: (values) => values.why === 'declined' },
      { key: 'promised', kind: 'day', when: (values) => values.why === 'none_available' },
    ],
    write: async (values, at) => {
      const declined = values.why === 'declined';
      const signed = declined ? await signature(at, 'loaner_declined', 'customer', said(values, 'name')) : null;
      const promised = declined ? null : day(values, 'promised');
      return at.note({ fact: 'without_loaner', appliance: at.appliance, why: word(values, 'why'), signature: signed, promised });
    },
  },
  take_unit: {
    fields: [
      { key: 'carried_in', kind: 'yes' },
      { key: 'tag', kind: 'text', optional: true },
      { key: 'condition', kind: 'long', optional: true },
    ],
    start: () => ({ carried_in: 'no' }),
    write: custody('taken'),
  },
  receive_unit: {
    fields: [
      { key: 'tag', kind: 'text' },
      { key: 'place', kind: 'text', optional: true },
      { key: 'condition', kind: 'long', optional: true },
    ],
    write: custody('received'),
  },
  diagnose: {
    fields: [
      { key: 'found', kind: 'long' },
      { key: 'level', kind: 'choice', group: 'repairLevel', options: LEVELS },
      { key: 'repairable', kind: 'yes' },
    ],
    start: () => ({ repairable: 'yes' }),
    write: (values, at) =>
      at.note({
        fact: 'diagnosis',
        appliance: at.appliance,
        cause: said(values, 'found'),
        level: word(values, 'level'),
        repairable: yes(values, 'repairable'),
      }),
  },
  quote: {
    fields: [
      { key: 'level', kind: 'choice', group: 'repairLevel', options: LEVELS },
      { key: 'total', kind: 'money' },
      { key: 'other_level', kind: 'choice', group: 'repairLevel', options: LEVELS, optional: true },
      {
        key: 'other',
        kind: 'money',
        when: (values) => Boolean(values.other_level) || (Boolean(values.level) && values.level !== 'component'),
      },
      { key: 'days', kind: 'count' },
    ],
    first: (at) => (benchOf(at)?.diagnosis ? null : 'diagnose'),
    write: (values, at) =>
      at.note({
        fact: 'quote',
        appliance: at.appliance,
        diagnosis: benchOf(at)?.diagnosis ?? '',
        level: word(values, 'level'),
        total_fen: fen(values, 'total'),
        other_level: values.other_level ? word<RepairLevel>(values, 'other_level') : null,
        other_fen: fenOf(values.other ?? ''),
        days: count(values, 'days'),
      }),
  },
  consent: {
    fields: [
      { key: 'answer', kind: 'yes' },
      { key: 'who', kind: 'text' },
      channel,
      { key: 'cost', kind: 'money' },
      { key: 'days', kind: 'count' },
    ],
    first: (at) => (benchOf(at)?.quote ? null : 'quote'),
    start: (at): Values => {
      const quote = benchOf(at)?.quote;
      if (!quote) return {};
      return { cost: (quote.total_fen / 100).toFixed(2), days: String(quote.days), who: at.view.card.customer };
    },
    write: (values, at) =>
      at.note({
        fact: 'consent',
        quote: benchOf(at)?.quote?.id ?? '',
        yes: yes(values, 'answer'),
        who: said(values, 'who'),
        channel: word(values, 'channel'),
        cost_fen: fen(values, 'cost'),
        days: count(values, 'days'),
        spoken: null,
      }),
  },
  bench: {
    fields: [
      {
        key: 'work',
        kind: 'choice',
        group: 'benchWork',
        options: ['test', 'finding', 'work', 'repaired', 'unrepairable', 'informed'],
      },
      { ...channel, when: (values) => values.work === 'informed' },
      { key: 'level', kind: 'choice', group: 'repairLevel', options: LEVELS, when: (values) => values.work === 'repaired' },
      { key: 'text', kind: 'long', when: (values) => values.work !== 'informed' },
      { key: 'text', kind: 'long', optional: true, when: (values) => values.work === 'informed' },
    ],
    write: (values, at) =>
      at.note({
        fact: 'bench',
        appliance: at.appliance,
        work: word(values, 'work'),
        text: said(values, 'text'),
        level: values.work === 'repaired' ? word<RepairLevel>(values, 'level') : null,
        channel: values.work === 'informed' ? word<ContactChannel>(values, 'channel') : null,
        part: null,
      }),
  },
  promise: {
    fields: [
      { key: 'promised', kind: 'day' },
      { key: 'next_contact', kind: 'day', optional: true },
      { key: 'note', kind: 'text', optional: true },
    ],
    write: (values, at) =>
      at.note({
        fact: 'promise',
        appliance: at.appliance,
        ready: day(values, 'promised'),
        next_contact: day(values, 'next_contact'),
        note: said(values, 'note'),
      }),
  },
  return_unit: {
    fields: [
      { key: 'place', kind: 'text', optional: true },
      { key: 'condition', kind: 'long', optional: true },
    ],
    write: custody('returned'),
  },
  loaner_back: {
    fields: [
      { key: 'loaner', kind: 'loaner' },
      { key: 'condition', kind: 'long' },
      { key: 'kept', kind: 'money', optional: true },
      { key: 'reason', kind: 'text', when: (values) => (fenOf(values.kept ?? '') ?? 0) > 0 },
    ],
    start: (at) => ({ loaner: at.view.loaners.length === 1 ? (at.view.loaners[0]?.id ?? '') : '' }),
    write: (values, at) =>
      at.note({
        fact: 'loaner_back',
        loaner: said(values, 'loaner'),
        condition: said(values, 'condition'),
        kept_fen: fen(values, 'kept'),
        reason: said(values, 'reason'),
      }),
  },
};

/** What is asked for as things stand. */
export function asked(mend: Mend, values: Values): Field[] {
  return mend.fields.filter((field) => field.when?.(values) ?? true);
}

/** Whether a field holds what its kind takes. */
export function filled(field: Field, values: Values): boolean {
  const text = said(values, field.key);
  if (text === '') return field.optional ?? false;
  if (field.kind === 'money') return fenOf(text) !== null;
  if (field.kind === 'count') return /^\d{1,4}$/.test(text);
  return true;
}
