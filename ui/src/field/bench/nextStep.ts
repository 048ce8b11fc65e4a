/** Which form does a unit's next step, and what is already known of it. */
import type { BenchNext, BenchStep, BenchUnit, RepairLevel } from '@schemas';
import type { MendName, Values } from '../mend/fields';

const FORMS: Record<Exclude<BenchNext, 'nothing'>, MendName> = {
  loaner: 'place_loaner',
  take: 'take_unit',
  receive: 'receive_unit',
  diagnose: 'diagnose',
  quote: 'quote',
  ask_consent: 'consent',
  repair: 'bench',
  inform: 'bench',
  return: 'return_unit',
  loaner_back: 'loaner_back',
};

export interface Step {
  /** `words.benchNext` or `words.mend` names it. */
  form: MendName;
  known: Values;
}

function lastOf<H extends BenchStep['happened']>(unit: BenchUnit, happened: H) {
  const found = unit.chain.filter((line) => line.happened === happened);
  return found[found.length - 1] as Extract<BenchUnit['chain'][number], { happened: H }> | undefined;
}

const level = (found: { level: RepairLevel | null } | undefined): Values => (found?.level ? { level: found.level } : {});
const tag = (unit: BenchUnit): Values => (unit.tag ? { tag: unit.tag } : {});

/** `null` when nothing is left to do. */
export function stepOf(unit: BenchUnit): Step | null {
  if (unit.next === 'nothing') return null;
  // What comes back from the factory is received by that.
  if (unit.next === 'receive' && unit.custody === 'to_factory') return { form: 'from_factory', known: {} };
  return { form: FORMS[unit.next], known: knownOf(unit) };
}

function knownOf(unit: BenchUnit): Values {
  switch (unit.next) {
    case 'receive':
      return tag(unit);
    case 'quote':
      return level(lastOf(unit, 'diagnosis'));
    case 'repair':
      return { work: 'repaired', ...level(lastOf(unit, 'quote') ?? lastOf(unit, 'diagnosis')) };
    case 'inform':
      return { work: 'informed' };
    case 'loaner_back':
      return unit.loaners_out.length === 1 ? { loaner: unit.loaners_out[0] ?? '' } : {};
    default:
      return {};
  }
}

/** What may be written beside the next step, the likeliest first. */
export function besides(unit: BenchUnit): Step[] {
  const { custody, next } = unit;
  const away = custody !== null && custody !== 'returned';
  const at = custody === 'received' || custody === 'from_factory';
  return [
    ...(next === 'loaner' ? [{ form: 'without_loaner' as const, known: {} }] : []),
    ...(away ? [{ form: 'promise' as const, known: {} }] : []),
    ...(at ? [{ form: 'bench' as const, known: {} }] : []),
    ...(at && ['quote', 'ask_consent', 'repair'].includes(next) ? [{ form: 'to_factory' as const, known: {} }] : []),
    ...(next !== 'loaner_back' && away && unit.loaners_out.length > 0 ? [{ form: 'loaner_back' as const, known: {} }] : []),
  ];
}

/** Why a unit is overdue: the words are of the figures that the core judged by. */
export function overdueBy({ ready, next_contact: contact }: Pick<BenchUnit, 'ready' | 'next_contact'>, now: number): string {
  if (ready !== null && now > ready) return 'bench.overReady';
  return contact !== null && now > contact ? 'bench.overContact' : 'bench.overLimit';
}
