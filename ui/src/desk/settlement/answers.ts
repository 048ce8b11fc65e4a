/** What comes of a maker's answer, for the screen. */
import type { AnswerColumn, AnswerOutcome, AnswerRow } from '@schemas';
import type { Tone } from '@/format/tone';

export const COLUMNS: AnswerColumn[] = ['maker_order', 'serial', 'phone', 'day', 'agreed', 'deducted', 'verdict', 'reason', 'reference'];

/** What has to be looked at first. */
export const OUTCOMES: AnswerOutcome[] = [
  'more',
  'several',
  'shared',
  'otherwise',
  'unclear',
  'unknown',
  'not_submitted',
  'refused',
  'less',
  'agreed',
  'waits',
  'done',
];

export const outcomeTone: Record<AnswerOutcome, Tone> = {
  agreed: 'ok',
  less: 'warn',
  refused: 'danger',
  more: 'warn',
  waits: 'plain',
  done: 'plain',
  otherwise: 'danger',
  not_submitted: 'warn',
  several: 'warn',
  shared: 'warn',
  unknown: 'danger',
  unclear: 'danger',
};

/** Whether a person has a say: the file decides it, or more was agreed than claimed. */
export const asks = (row: AnswerRow): boolean => row.job !== null && ['agreed', 'less', 'refused', 'more'].includes(row.outcome);

/** Whether it is written down; what is more than claimed only where a person turned it. */
export const takeable = (row: AnswerRow, turned: string[]): boolean =>
  asks(row) && (row.outcome === 'more') === turned.includes(row.job as string);

/** What a person has to do about it, where that is not plain. */
export const hinted = (outcome: AnswerOutcome): boolean =>
  ['more', 'otherwise', 'not_submitted', 'several', 'shared', 'unclear'].includes(outcome);
