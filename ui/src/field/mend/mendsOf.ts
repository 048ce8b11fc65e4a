/** Which facts mend a blocker; none where a page of its own does. */
import type { Blocker, JobOutcome, Jump, NoticeKind } from '@schemas';
import type { MendName, Values } from './fields';

/** The way of a unit from the customer's home to the bench, and from there back. */
const TO_THE_BENCH: MendName[] = ['place_loaner', 'without_loaner', 'take_unit'];
const AT_THE_BENCH: MendName[] = ['receive_unit', 'diagnose', 'quote', 'consent', 'bench', 'promise', 'return_unit', 'loaner_back'];

/** `towards` is the outcome that the blocker keeps shut, where it is another than "completed". */
export function mendsOf({ code, jump }: Blocker, towards?: JobOutcome): MendName[] {
  switch (code) {
    case 'overrun_reason':
      return ['overrun'];
    case 'goods_not_confirmed':
      return ['goods'];
    case 'not_guided':
    case 'gas_company_not_called':
      return ['guidance'];
    case 'acceptance_missing':
      return ['acceptance'];
    case 'loaner_undecided':
      return ['place_loaner', 'without_loaner'];
    case 'loaner_out':
      return ['loaner_back'];
    case 'tag_missing':
      return ['receive_unit'];
    case 'not_diagnosed':
      return ['diagnose'];
    case 'not_consented':
    case 'other_level_missing':
      return ['quote', 'consent'];
    case 'not_informed':
      return ['bench'];
    case 'unit_out':
      return towards === 'taken_to_bench' ? TO_THE_BENCH : AT_THE_BENCH;
    default:
      return mendsAt(jump);
  }
}

function mendsAt(jump: Jump): MendName[] {
  switch (jump.to) {
    case 'notice':
      return ['notice'];
    case 'hazard':
      return ['hazard'];
    case 'charge':
      return ['charge'];
    case 'bench':
      return [...TO_THE_BENCH, ...AT_THE_BENCH];
    default:
      return [];
  }
}

/** Which notice an outcome asks for. */
const NOTICE: Partial<Record<JobOutcome, NoticeKind>> = {
  refused_unsafe: 'refusal',
  hazard_remaining: 'hazard_remaining',
  condemned: 'condemned',
};

/** What the blocker itself answers already. */
export function known({ code }: Blocker, towards?: JobOutcome): Values {
  if (code === 'not_informed') return { work: 'informed' };
  const kind = towards && NOTICE[towards];
  return kind ? { kind } : {};
}

/** The appliance that a blocker is about, else the job's first. */
export function applianceOf({ jump }: Blocker, first: string): string {
  return 'appliance' in jump && jump.appliance !== null ? jump.appliance : first;
}
