/** The limit that runs on a job: arrival first, then the time on site (R2–R4). */
import type { JobCard } from '@schemas';
import { MINUTE } from './time';

export type RunningLimit =
  /** `left_ms` is below nought once it is late. */
  { of: 'arrive'; by: number; left_ms: number } | { of: 'work'; used_min: number; limit_min: number; over_min: number };

/** `null` where none runs: nobody is waited for, it has ended, or nobody set one. */
export function runningLimit(card: JobCard, now: number): RunningLimit | null {
  if (card.finished_at !== null || card.status === 'cancelled') return null;
  if (card.arrived_at === null) return card.arrive_by === null ? null : { of: 'arrive', by: card.arrive_by, left_ms: card.arrive_by - now };
  if (card.limit_minutes <= 0) return null;
  const used_min = Math.max(0, Math.floor((now - card.arrived_at) / MINUTE));
  return { of: 'work', used_min, limit_min: card.limit_minutes, over_min: used_min - card.limit_minutes };
}
