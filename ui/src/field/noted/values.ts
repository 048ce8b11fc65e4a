/** What was noted, as its form was filled in: a correction begins with what stands there. */
import type { ChargeView, HazardView, OldPartView } from '@schemas';
import { dayOf } from '@/format/time';
import type { Values } from '../mend/fields';

const yesNo = (value: boolean) => (value ? 'yes' : 'no');
const figure = (value: number | null) => (value === null ? '' : String(value));

export const ofCharge = (charge: ChargeView): Values => ({
  gas: charge.gas.toLowerCase(),
  leak_found: yesNo(charge.leak_found),
  leak_at: charge.leak_at,
  welded: yesNo(charge.welded),
  charged_when_welding: yesNo(charge.charged_when_welding),
  evacuation: charge.evacuation ?? '',
  minutes: charge.minutes > 0 ? figure(charge.minutes) : '',
  before_kpa: figure(charge.before_kpa),
  grams: figure(charge.grams),
  after_kpa: figure(charge.after_kpa),
});

export const ofOldPart = (old: OldPartView): Values => ({
  part: old.part,
  ...(old.step ? { old_step: old.step } : {}),
  tag: old.tag,
  ...(old.due === null ? {} : { due: dayOf(old.due) }),
});

export const ofHazard = (hazard: HazardView): Values => ({
  replaces: hazard.id,
  text: hazard.text,
  hazard_action: hazard.action,
  remaining: yesNo(hazard.remaining),
  households: figure(hazard.households),
  unplugged: yesNo(hazard.unplugged),
  tagged: yesNo(hazard.tagged),
  recheck: hazard.recheck === null ? '' : dayOf(hazard.recheck),
});
