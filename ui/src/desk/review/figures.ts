/** The figures of a day (R38), each with the day before and the mean of the seven days before. */
import type { DayFigures, Rate } from '@schemas';
import { measured, money, percent } from '@/format/amount';

type Figure = { name: string } & (
  | { rate: (day: DayFigures) => Rate }
  /** `rough`: as it stands beside another one, to be compared. */
  | { sum: (day: DayFigures) => number; written: (sum: number) => string; rough: (sum: number) => string }
);

/** Money without its fen, where a glance is enough. */
export const roughly = (fen: number) => money(Math.round(fen / 100) * 100).replace(/\.00$/, '');
const count = (sum: number) => measured(Math.round(sum * 10) * 100);
const counted = (name: string, sum: (day: DayFigures) => number): Figure => ({ name, sum, written: count, rough: count });
const amount = (name: string, sum: (day: DayFigures) => number): Figure => ({
  name,
  sum,
  written: money,
  rough: roughly,
});

export const FIGURES: Figure[] = [
  counted('done', (day) => day.done),
  counted('open', (day) => day.open),
  counted('late', (day) => day.late),
  { name: 'onTime', rate: (day) => day.on_time },
  { name: 'inLimit', rate: (day) => day.in_limit },
  { name: 'firstFix', rate: (day) => day.first_time_fix },
  { name: 'five', rate: (day) => day.five_services },
  counted('failed', (day) => day.readings_failed),
  counted('refused', (day) => day.refused),
  counted('hazards', (day) => day.hazards_remaining),
  counted('evidence', (day) => day.missing_evidence),
  amount('taken', (day) => day.taken_fen),
  amount('aboveGuide', (day) => day.above_guide_fen),
  amount('compensation', (day) => day.compensation_fen),
  amount('parts', (day) => day.parts_fen),
  amount('unbilled', (day) => day.parts_unbilled_fen),
];

export interface Shown {
  name: string;
  now: string;
  before: string;
  mean: string;
}

/** Days on which nothing was due say nothing of a usual one. */
export function shown(figure: Figure, now: DayFigures, before: DayFigures, week: DayFigures[]): Shown {
  const days = week.filter((day) => day.due > 0);
  if ('rate' in figure) {
    const written = (days: DayFigures[]) => {
      const rates = days.map(figure.rate);
      const total = (of: (rate: Rate) => number) => rates.reduce((sum, rate) => sum + of(rate), 0);
      return percent(
        total((rate) => rate.good),
        total((rate) => rate.of),
      );
    };
    return { name: figure.name, now: written([now]), before: written([before]), mean: written(days) };
  }
  const mean = days.length === 0 ? '—' : figure.rough(days.reduce((sum, day) => sum + figure.sum(day), 0) / days.length);
  return { name: figure.name, now: figure.written(figure.sum(now)), before: figure.rough(figure.sum(before)), mean };
}
