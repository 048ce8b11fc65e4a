/** Which facts mend a blocker; none where a page of its own does, as the unit's page at the bench. */
import type { Blocker, JobOutcome, Jump, NoticeKind } from '@schemas';
import type { MendName, Values } from './fields';

export function mendsOf({ code, jump }: Blocker): MendName[] {
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
