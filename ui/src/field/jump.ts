/** Where on the phone a blocker is mended, and where the next step is taken. */
import type { Blocker, JobView, Jump, Step } from '@schemas';
import type { RouteLocationRaw } from 'vue-router';

const page = (job: string, rest: string) => `/field/job/${job}${rest}`;

/** `null` where no page of the phone does it. */
export function placeOf(job: string, jump: Jump): RouteLocationRaw | null {
  switch (jump.to) {
    case 'card':
      return page(job, '/card');
    case 'reading':
      return { path: page(job, '/safety'), query: { appliance: jump.appliance, code: jump.code } };
    case 'field':
      return { path: page(job, '/sheet'), query: { appliance: jump.appliance, field: jump.field } };
    case 'photos':
      return { path: page(job, '/sheet'), query: { appliance: jump.appliance, stage: jump.stage } };
    case 'service':
      return { path: page(job, ''), query: { service: jump.service } };
    case 'fees':
      return page(job, '/fees');
    case 'bench':
      return { path: page(job, '/bench'), query: { unit: jump.appliance } };
    case 'parts':
      return { path: page(job, '/sheet'), query: { part: '1' } };
    case 'node':
      return { path: page(job, ''), query: { next: '1' } };
    default:
      return null;
  }
}

/** What the bench wants may be written elsewhere. */
export function placeOfBlocker(job: string, { code, jump }: Blocker): RouteLocationRaw | null {
  if (jump.to === 'bench' && code === 'symptom_missing') return placeOf(job, { to: 'field', appliance: jump.appliance, field: 'symptom' });
  if (jump.to === 'bench' && code === 'loaner_unsafe') return page(job, '/safety');
  return placeOf(job, jump);
}

/** The page of a step that isn't a mere tap. */
export function pageOf(job: string, step: Step): string | null {
  switch (step) {
    case 'show_card':
      return page(job, '/card');
    case 'check_safety':
      return page(job, '/safety');
    case 'fill_sheet':
      return page(job, '/sheet');
    case 'finish':
      return page(job, '/finish');
    default:
      return null;
  }
}

/** A unit that goes to the bench is not repaired here. */
const toBench = (view: JobView) => view.card.kind === 'unit_pickup' && view.card.status !== 'returned';

/** The pages of a visit, each leading to the one after it: card, safety check, sheet, fees, the end. */
export function afterCard(job: string, view: JobView | undefined): string {
  if (!view || view.appliances.some((unit) => unit.readings.some((row) => row.required))) return page(job, '/safety');
  return page(job, toBench(view) ? '/bench' : '/sheet');
}

export function afterSafety(job: string, view: JobView | undefined): string {
  const failed = view?.next.blockers.some((each) => each.code === 'reading_failed') ?? true;
  return page(job, failed ? '' : '/sheet');
}

/** The unit goes along, and nothing stands in the way of that. */
const leaves = (view: JobView) =>
  toBench(view) && view.next.outcomes.includes('taken_to_bench') && !view.next.outcomes.includes('completed');

export function afterSheet(job: string, view: JobView): string {
  if (view.next.step === 'check_safety') return page(job, '/safety');
  return page(job, leaves(view) ? '/finish' : '/fees');
}

/** Something of the sheet is still to be written or shot before the visit goes on. */
export function lacksOnSheet(job: string, view: JobView): boolean {
  if ([...view.appliances, ...view.loaners].some((unit) => unit.next_photo !== null)) return true;
  const places = view.next.blockers.map((blocker) => placeOfBlocker(job, blocker));
  return (
    !leaves(view) &&
    places.some((place) => place !== null && typeof place === 'object' && 'path' in place && place.path === page(job, '/sheet'))
  );
}
