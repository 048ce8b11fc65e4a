import type { NoteWage } from '@schemas';

/** What is written of somebody's month; whose and which month the page knows. */
export type WageDraft = Pick<NoteWage, 'kind' | 'fen' | 'reason' | 'asked'>;

export const KINDS = ['deduction', 'bonus', 'advance', 'paid'] as const;
