/** Required photos that nobody took: the first of each stage, and the unit that lacks it. */
import type { JobView } from '@schemas';

export function missingPhotosOf(view: JobView) {
  const units = [...view.appliances, ...view.loaners];
  const lacking = units.flatMap(({ id, slots }) => slots.filter((slot) => slot.required && slot.taken === 0).map((slot) => ({ id, slot })));
  return lacking.filter(({ slot }, index) => lacking.findIndex((each) => each.slot.stage === slot.stage) === index);
}
