/**
 * What a blocker can be mended with: for each fact the fields that a person fills in, and how the fact is written from them.
 *
 * The forms are drawn from this table alone. Whether a fact is right, and what it opens, is said by the core.
 */
import type { JobView } from '@schemas';
import { dayOf } from '@/format/time';
import { BENCH } from './benchFacts';
import { VISIT } from './visitFacts';
import { count, day, fen, said, signature, word, yes, type At, type Mend, type MendName } from './fields';

/** The readings whose failure stands, newest record of each row. */
export function failing(view: JobView) {
  const rows = [...view.appliances, ...view.loaners].flatMap((each) => each.readings);
  return rows.flatMap((row) => {
    const last = row.records[row.records.length - 1];
    return last?.verdict.verdict === 'fail' ? [{ row, last }] : [];
  });
}

/** What failed and what was measured after it was put right (R14): the last such pair. */
function mended(view: JobView): [string | null, string | null] {
  const rows = [...view.appliances, ...view.loaners].flatMap((each) => each.readings);
  for (const { records } of rows.reverse()) {
    const last = records[records.length - 1];
    const failed = records.filter(({ verdict }) => verdict.verdict === 'fail').pop();
    if (last && failed && last.verdict.verdict === 'pass') return [failed.id, last.id];
  }
  return [null, null];
}

function failures(at: At): string {
  return failing(at.view)
    .map(({ row, last }) => [row.name.zh, last.verdict.reason.zh].filter(Boolean).join('：'))
    .join('；');
}

export const MENDS: Record<MendName, Mend> = {
  ...BENCH,
  ...VISIT,
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
      { key: 'called', kind: 'text', usual: ['gasCompany'], when: (values) => values.script === 'gas' },
      { key: 'called', kind: 'text', optional: true, when: (values) => values.script !== 'gas' },
      { key: 'solved', kind: 'yes' },
    ],
    start: ({ view }) => ({ solved: 'no', ...(view.scripts[0] ? { script: view.scripts[0].code } : {}) }),
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
      { key: 'remaining', kind: 'yes' },
      { key: 'hazard_action', kind: 'text', optional: true, when: (values) => yes(values, 'remaining') },
      { key: 'hazard_action', kind: 'text', when: (values) => !yes(values, 'remaining') },
      { key: 'unplugged', kind: 'yes', when: (values) => yes(values, 'remaining') },
      { key: 'tagged', kind: 'yes', when: (values) => yes(values, 'remaining') },
      { key: 'recheck', kind: 'day', when: (values) => yes(values, 'remaining') },
      { key: 'households', kind: 'count' },
    ],
    start: (at) => ({ text: failures(at), remaining: 'yes', recheck: dayOf(at.view.noted.recheck), households: '1' }),
    write: (values, at) => {
      const remaining = yes(values, 'remaining');
      const [before, after] = remaining ? [failing(at.view)[0]?.last.id ?? null, null] : mended(at.view);
      return at.note({
        fact: 'hazard',
        appliance: at.appliance,
        code: '',
        text: said(values, 'text'),
        action: said(values, 'hazard_action'),
        before,
        after,
        households: count(values, 'households'),
        remaining,
        unplugged: remaining && yes(values, 'unplugged'),
        tagged: remaining && yes(values, 'tagged'),
        recheck: remaining ? day(values, 'recheck') : null,
        replaces: said(values, 'replaces') || null,
      });
    },
  },
  acceptance: {
    fields: [
      { key: 'signer', kind: 'choice', group: 'signer', options: ['acceptor', 'customer'] },
      { key: 'name', kind: 'text', hint: 'signHint' },
    ],
    write: (values, at) => signature(at, 'acceptance', word(values, 'signer'), said(values, 'name')),
  },
  old_part: {
    fields: [
      { key: 'old_step', kind: 'choice', group: 'oldPart', options: ['tagged', 'kept', 'declined'] },
      { key: 'tag', kind: 'text', when: ({ old_step }) => old_step === 'tagged' },
      { key: 'due', kind: 'day', when: ({ old_step }) => old_step === 'tagged' },
    ],
    start: ({ view }) => ({
      old_step: view.card.coverage === 'in_warranty' ? 'tagged' : 'kept',
      due: dayOf(view.noted.old_part_due),
    }),
    write: (values, at) =>
      at.note({
        fact: 'old_part',
        part: said(values, 'part'),
        step: word(values, 'old_step'),
        tag: values.old_step === 'tagged' ? said(values, 'tag') : '',
        due: values.old_step === 'tagged' ? day(values, 'due') : null,
        batch: '',
        courier: '',
        deducted_fen: 0,
      }),
  },
  damage: {
    fields: [
      { key: 'what', kind: 'text', usual: ['ceiling', 'wallFace', 'floor', 'furniture'] },
      { key: 'text', kind: 'long', optional: true },
      { key: 'photo', kind: 'photo', stage: 'damage' },
      { key: 'asked', kind: 'money' },
      { key: 'settled', kind: 'yes' },
      { key: 'agreed', kind: 'money', when: (values) => yes(values, 'settled') },
      { key: 'way', kind: 'choice', group: 'payWay', options: ['cash', 'transfer'], when: (values) => yes(values, 'settled') },
      { key: 'name', kind: 'text', hint: 'signHint', when: (values) => yes(values, 'settled') },
    ],
    start: () => ({ way: 'cash' }),
    // What is not settled on the spot is shared out by the owner (R30).
    write: async (values, at) => {
      const photos = at.view.photos.filter((photo) => photo.stage === 'damage').map((photo) => photo.photo);
      const told = { what: said(values, 'what'), text: said(values, 'text'), asked_fen: fen(values, 'asked') };
      const subject = await at.note({ fact: 'damage', photos, ...told });
      if (!yes(values, 'settled')) return;
      const name = said(values, 'name');
      const signed = await at.note({ fact: 'signature', signed_for: 'damage', subject, signer: 'customer', name, image: null });
      const agreed = fen(values, 'agreed');
      await at.note({ fact: 'claim_share', damage: subject, party: 'outlet', fen: agreed, state: 'paid', signature: signed, note: '' });
      await at.note({ fact: 'payment', fen: -agreed, way: word(values, 'way'), paid_for: 'compensation', subject, reference: '' });
    },
  },
  charge: {
    fields: [
      { key: 'gas', kind: 'choice', group: 'refrigerant', options: ['r32', 'r410a', 'r22', 'r290', 'r600a', 'r134a'] },
      { key: 'leak_found', kind: 'yes' },
      { key: 'leak_at', kind: 'text', when: (values) => yes(values, 'leak_found') },
      { key: 'welded', kind: 'yes' },
      { key: 'charged_when_welding', kind: 'yes', when: (values) => yes(values, 'welded') },
      { key: 'evacuation', kind: 'choice', group: 'evacuation', options: ['pump', 'none', 'purge'] },
      { key: 'minutes', kind: 'count', when: (values) => values.evacuation === 'pump' },
      { key: 'before_kpa', kind: 'pressure' },
      { key: 'grams', kind: 'count' },
      { key: 'after_kpa', kind: 'pressure' },
    ],
    write: (values, at) =>
      at.note({
        fact: 'charge',
        appliance: at.appliance,
        gas: said(values, 'gas').toUpperCase(),
        leak_found: yes(values, 'leak_found'),
        leak_at: said(values, 'leak_at'),
        welded: yes(values, 'welded'),
        grams: count(values, 'grams'),
        charged_when_welding: yes(values, 'welded') && yes(values, 'charged_when_welding'),
        before_kpa: count(values, 'before_kpa'),
        after_kpa: count(values, 'after_kpa'),
        evacuation: word(values, 'evacuation'),
        minutes: values.evacuation === 'pump' ? count(values, 'minutes') : 0,
      }),
  },
};
