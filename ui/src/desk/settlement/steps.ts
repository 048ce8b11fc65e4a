/** Which steps a claim may take, and what each asks for. Whether it may is the core's word; submitting says ready first. */
import type { SettlementRow, SettleState } from '@schemas';
import type { Tone } from '@/format/tone';

export const STEPS = ['ready', 'submitted', 'accepted', 'deducted', 'rejected', 'paid'] as const;
export type StepState = (typeof STEPS)[number];

export const stateTone: Record<SettleState, Tone> = {
  draft: 'plain',
  ready: 'accent',
  submitted: 'accent',
  accepted: 'ok',
  deducted: 'warn',
  rejected: 'danger',
  paid: 'ok',
};

export function mayTake(row: SettlementRow, state: StepState): boolean {
  const complete = row.lint.length === 0;
  if (state === 'submitted') return row.next.includes('submitted') || (row.next.includes('ready') && complete);
  if (state === 'ready') return row.next.includes('ready') && complete;
  // What is paid in full is not paid again.
  if (state === 'paid') return row.next.includes('paid') && (row.state !== 'paid' || row.due > 0);
  return row.next.includes(state);
}

export interface Said {
  fen: number;
  reason: string;
  reference: string;
}

/** What is asked for before a step is written. */
export const ASKS: Record<StepState, { amount: 'must' | 'may' | null; reason: boolean; reference: boolean }> = {
  ready: { amount: null, reason: false, reference: false },
  submitted: { amount: null, reason: false, reference: false },
  accepted: { amount: 'may', reason: false, reference: true },
  deducted: { amount: 'must', reason: true, reference: true },
  rejected: { amount: null, reason: true, reference: true },
  paid: { amount: 'may', reason: false, reference: true },
};
