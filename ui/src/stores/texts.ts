/** Texts in and out: a pasted dispatch, the maker's reply, messages and the proof for a customer. */
import type { CallView, HearCall, JobTexts, PastedOrder } from '@schemas';
import { call } from '@/api/call';

export const useJobTexts = () => ({
  of: (job: string, eta: number | null): Promise<JobTexts> => call('jobTexts', { job, eta }),
});

type Proposal = Record<string, unknown>;

/**
 * Puts what was found where nothing stands yet, or where only an earlier proposal does: what a person typed stays. Says which fields
 * were filled.
 */
export function propose<D extends object>(draft: D, found: Partial<D>, proposed: Partial<D>): (keyof D)[] {
  const filled: (keyof D)[] = [];
  for (const field of Object.keys(found) as (keyof D)[]) {
    const value = found[field];
    const here: unknown = draft[field];
    const free = here === '' || here === null || same(here, proposed[field]);
    if (value === undefined || value === null || !free || same(here, value)) continue;
    draft[field] = value as D[keyof D];
    filled.push(field);
  }
  return filled;
}
const same = (one: unknown, other: unknown) => other !== undefined && JSON.stringify(one) === JSON.stringify(other);

/** How many fields a text named. */
export const foundIn = (order: PastedOrder): number =>
  Object.values(order as Proposal).filter((value) => value !== null && value !== '').length;

/** What is known of a caller, and what is read out to them. */
export const hear = (said: HearCall): Promise<CallView> => call('hearCall', said);

export const readPasted = (text: string): Promise<PastedOrder> => call('readPasted', { text });
