/** 送修: the facts of a unit's way to the bench and back, and of its loaner. */
import type { BenchView, ContactChannel, CustodyStep, RepairLevel } from '@schemas';
import { fenOf } from '@/format/amount';
import { count, day, fen, said, signature, word, yes, type At, type Field, type Mend, type Values } from './fields';

type Step =
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
  | 'to_factory'
  | 'from_factory'
  | 'loaner_back';

function benchOf(at: At): BenchView | undefined {
  return at.view.bench.find((each) => each.appliance === at.appliance);
}

const CHANNELS = ['in_person', 'phone', 'chat', 'sms'] as const;
const LEVELS = ['component', 'board', 'factory'] as const;
const channel: Field = { key: 'channel', kind: 'choice', group: 'channel', options: CHANNELS };

/** How a machine looks, as it mostly does. */
const LOOKS = ['sound', 'scratched'];

const custody = (step: CustodyStep) => (values: Values, at: At) =>
  at.note({
    fact: 'custody',
    appliance: at.appliance,
    step,
    tag: said(values, 'tag'),
    place: said(values, 'place'),
    condition: said(values, 'condition'),
    carried_in: yes(values, 'carried_in'),
  });

export const BENCH: Record<Step, Mend> = {
  place_loaner: {
    fields: [
      { key: 'tag', kind: 'text' },
      // A loaner is judged by its own nameplate: without its power neither wire nor breaker can be.
      { key: 'loaner_watts', kind: 'count', optional: true },
      { key: 'loaner_model', kind: 'text', optional: true },
      { key: 'loaner_serial', kind: 'text', optional: true },
      { key: 'deposit', kind: 'money', optional: true },
      { key: 'condition', kind: 'long', optional: true, usual: LOOKS },
      { key: 'photo', kind: 'photo', stage: 'loaner', optional: true },
    ],
    write: async (values, at) => {
      const loaner = await at.note({
        fact: 'loaner',
        appliance: at.appliance,
        kind: at.view.appliances.find((each) => each.id === at.appliance)?.kind ?? 'other',
        tag: said(values, 'tag'),
        model: said(values, 'loaner_model'),
        serial: said(values, 'loaner_serial'),
        deposit_fen: fen(values, 'deposit'),
        condition: said(values, 'condition'),
        photos: at.view.photos.filter((photo) => photo.stage === 'loaner').map((photo) => photo.photo),
      });
      const watts = said(values, 'loaner_watts');
      if (watts !== '') await at.plate(loaner, 'rated_watts', watts);
    },
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
      { key: 'condition', kind: 'long', optional: true, usual: LOOKS },
    ],
    start: () => ({ carried_in: 'no' }),
    write: custody('taken'),
  },
  receive_unit: {
    fields: [
      { key: 'tag', kind: 'text' },
      { key: 'place', kind: 'text', optional: true, usual: ['rack'] },
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
      { key: 'text', kind: 'long', usual: ['repaired'], when: (values) => values.work === 'repaired' },
      { key: 'text', kind: 'long', when: (values) => !['informed', 'repaired'].includes(values.work ?? '') },
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
  to_factory: {
    fields: [
      { key: 'place', kind: 'text', optional: true },
      { key: 'condition', kind: 'long', optional: true },
    ],
    write: custody('to_factory'),
  },
  from_factory: {
    fields: [
      { key: 'place', kind: 'text', optional: true, usual: ['rack'] },
      { key: 'condition', kind: 'long', optional: true, usual: LOOKS },
    ],
    write: custody('from_factory'),
  },
  loaner_back: {
    fields: [
      { key: 'loaner', kind: 'loaner' },
      { key: 'condition', kind: 'long', usual: LOOKS },
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
