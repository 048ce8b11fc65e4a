/** The figures of a day (R38), each with the day before and a usual day; what a usual day is, the core says. */
import type { DayFigures, DayMean, DayReview, Rate } from '@schemas';
import { measured, money, percent } from '@/format/amount';

type Figure = { name: string; /** What stood at the end of a day. */ standing?: boolean } & (
  | { rate: (day: DayFigures | DayMean) => Rate }
  | {
      sum: (day: DayFigures) => number;
      mean: (mean: DayMean) => number;
      written: (sum: number) => string;
      /** As it stands beside another one, to be compared. */
      rough: (sum: number) => string;
    }
);

/** Money without its fen, where a glance is enough. */
export const roughly = (fen: number) => money(Math.round(fen / 100) * 100).replace(/\.00$/, '');
const WHOLE = 1000;
const tenths = (count: number) => measured(Math.round(count * 10) * (WHOLE / 10));

type Counted = 'done' | 'open' | 'late' | 'readings_failed' | 'refused' | 'hazards_remaining' | 'missing_evidence';
const counted = (name: string, key: Counted): Figure => ({
  name,
  sum: (day) => day[key],
  mean: (mean) => mean[key] / WHOLE,
  written: tenths,
  rough: tenths,
});

type Amount = 'taken_fen' | 'not_handed_in_fen' | 'above_guide_fen' | 'compensation_fen' | 'parts_fen' | 'parts_unbilled_fen';
const amount = (name: string, key: Amount, standing = false): Figure => ({
  name,
  standing,
  sum: (day) => day[key],
  mean: (mean) => mean[key],
  written: money,
  rough: roughly,
});

export const FIGURES: Figure[] = [
  counted('done', 'done'),
  counted('open', 'open'),
  counted('late', 'late'),
  { name: 'onTime', rate: (day) => day.on_time },
  { name: 'inLimit', rate: (day) => day.in_limit },
  { name: 'firstFix', rate: (day) => day.first_time_fix },
  { name: 'five', rate: (day) => day.five_services },
  counted('failed', 'readings_failed'),
  counted('refused', 'refused'),
  counted('hazards', 'hazards_remaining'),
  counted('evidence', 'missing_evidence'),
  amount('taken', 'taken_fen'),
  amount('notHandedIn', 'not_handed_in_fen', true),
  {
    name: 'receivable',
    standing: true,
    sum: (day) => day.receivable.reduce((sum, owed) => sum + owed.fen, 0),
    mean: (mean) => mean.receivable_fen,
    written: money,
    rough: roughly,
  },
  amount('aboveGuide', 'above_guide_fen'),
  amount('compensation', 'compensation_fen'),
  amount('parts', 'parts_fen'),
  amount('unbilled', 'parts_unbilled_fen'),
];

export interface Shown {
  name: string;
  now: string;
  before: string;
  mean: string;
}

const UNKNOWN = '—';

export function shown(figure: Figure, { figures, yesterday, mean, standing }: DayReview): Shown {
  const { name } = figure;
  if ('rate' in figure) {
    const written = ({ good, of }: Rate) => percent(good, of);
    return {
      name,
      now: written(figure.rate(figures)),
      before: written(figure.rate(yesterday)),
      mean: mean ? written(figure.rate(mean)) : UNKNOWN,
    };
  }
  const known = !figure.standing || standing;
  return {
    name,
    now: figure.written(figure.sum(figures)),
    before: known ? figure.rough(figure.sum(yesterday)) : UNKNOWN,
    mean: known && mean ? figure.rough(figure.mean(mean)) : UNKNOWN,
  };
}
