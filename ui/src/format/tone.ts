/** Which colour goes with which word; the word is always there as well. */
import type { FindingCode, JobOutcome, NodeKind, SyncState, Urgency, Verdict } from '@schemas';

export type Tone = 'plain' | 'accent' | 'ok' | 'warn' | 'danger';

export const verdictTone: Record<Verdict, Tone> = {
  pass: 'ok',
  warn: 'warn',
  fail: 'danger',
  not_applicable: 'plain',
  not_measured: 'warn',
};

export const findingTone: Record<FindingCode, Tone> = {
  reading_failed: 'danger',
  rectified: 'ok',
  reading_missing: 'warn',
  service_missing: 'warn',
  photo_missing: 'warn',
  field_missing: 'warn',
  late: 'danger',
  overrun: 'warn',
  hazard_remaining: 'danger',
  refused: 'danger',
  conflicting_values: 'warn',
  hazard_unshown: 'warn',
};

export const outcomeTone: Record<JobOutcome, Tone> = {
  completed: 'ok',
  solved_by_phone: 'ok',
  hazard_remaining: 'danger',
  needs_part: 'warn',
  taken_to_bench: 'accent',
  refused_unsafe: 'danger',
  customer_absent: 'warn',
  goods_not_arrived: 'warn',
  given_up: 'plain',
  no_fault_found: 'plain',
  condemned: 'warn',
};

export const nodeTone: Record<NodeKind, Tone> = {
  open: 'warn',
  accepted: 'accent',
  departed: 'accent',
  arrived: 'accent',
  card_shown: 'accent',
  safety_checked: 'accent',
  guided: 'accent',
  appointed: 'accent',
  working: 'accent',
  loaner_placed: 'accent',
  taken: 'accent',
  received: 'accent',
  diagnosed: 'accent',
  quoted: 'warn',
  consented: 'accent',
  given_up: 'plain',
  repaired: 'accent',
  unrepairable: 'warn',
  informed: 'accent',
  returned: 'accent',
  loaner_back: 'accent',
  finished: 'ok',
  left: 'ok',
  followed_up: 'ok',
  approved: 'ok',
  settled: 'ok',
  cancelled: 'plain',
};

export const syncTone: Record<SyncState, Tone> = {
  synced: 'ok',
  waiting: 'warn',
  working: 'accent',
  offline: 'warn',
  failed: 'danger',
  sample: 'accent',
};

export const urgencyTone: Record<Urgency, Tone> = { class1: 'danger', class2: 'danger', normal: 'plain' };
