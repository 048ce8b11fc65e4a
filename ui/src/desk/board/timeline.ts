/** The board's arithmetic: where a moment lies across, which bars lie below one another, where a hand lets go of one. */
import type { BoardJob, JobCard, Window } from '@schemas';
import { HOUR, MINUTE } from '@/format/time';

export const FIRST_HOUR = 6;
export const LAST_HOUR = 22;
/** A bar is moved by so much. */
export const STEP = 30 * MINUTE;
/** A bar is drawn at least so long, or nobody could read it. */
const READABLE = 75 * MINUTE;
/** The window of a job that had none. */
const USUAL = 2 * HOUR;

const SPAN = (LAST_HOUR - FIRST_HOUR) * HOUR;
const percent = (of: number) => Math.round(of * 10_000) / 100;

/** How far across a moment lies, in percent; what is earlier or later lies at the edge. */
export function across(at: number, start: number): number {
  const share = (at - start - FIRST_HOUR * HOUR) / SPAN;
  return percent(Math.min(1, Math.max(0, share)));
}

/** Left edge and width of a stretch, in percent of the timeline. */
export function place(from: number, to: number, start: number, least = 0): { left: number; width: number } {
  const width = Math.max(percent(least / SPAN), across(to, start) - across(from, start));
  return { left: Math.min(across(from, start), 100 - width), width };
}

export const barPlace = ({ from, to }: { from: number; to: number }, start: number) => place(from, to, start, READABLE);

export interface Laid {
  job: BoardJob;
  lane: number;
}

/** Bars that would cover each other lie in lanes below one another. */
export function inLanes(jobs: BoardJob[], start: number): Laid[] {
  const ends: number[] = [];
  const byTime = [...jobs].sort((a, b) => a.from - b.from || a.to - b.to);
  return byTime.map((job) => {
    const { left, width } = barPlace(job, start);
    const free = ends.findIndex((end) => end <= left + 0.01);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = left + width;
    return { job, lane };
  });
}

/** Only what has not begun can be agreed anew. */
export const movable = ({ card }: BoardJob): boolean =>
  card.arrived_at === null && card.finished_at === null && card.status !== 'cancelled';
export const assignable = (card: JobCard): boolean => card.finished_at === null && card.status !== 'cancelled';

/** The window after a move, to the half hour and within the day that is shown; `null` where that is no move. */
export function movedWindow(job: BoardJob, by: number, start: number): Window | null {
  const { window } = job.card;
  const agreed = job.of === 'agreed' && window !== null;
  const from = agreed ? window.from : Math.round(job.from / STEP) * STEP;
  const length = agreed ? window.to - window.from : USUAL;
  const steps = Math.round(by / STEP);
  if (steps === 0) return null;
  const least = start + FIRST_HOUR * HOUR;
  const most = start + LAST_HOUR * HOUR - Math.min(length, SPAN);
  const to = Math.min(most, Math.max(least, from + steps * STEP));
  return to === from ? null : { from: to, to: to + length };
}

/** So much time lies in so many pixels of a timeline of this width. */
export const timeOf = (pixels: number, width: number): number => (width > 0 ? (pixels / width) * SPAN : 0);
