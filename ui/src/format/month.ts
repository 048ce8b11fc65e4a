/** Months as the core names them (`2026-11`) and as people write them. */
import type { Tongue } from './time';

const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const parts = (month: string): [number, number] => {
  const [year, number] = month.split('-').map(Number);
  return [year ?? 0, number ?? 1];
};

/** `2026年11月`, `Nov 2026`. */
export function monthName(month: string, tongue: Tongue): string {
  const [year, number] = parts(month);
  return tongue === 'zh' ? `${year}年${number}月` : `${NAMES[number - 1] ?? ''} ${year}`;
}

/** So many months later. */
export function monthAfter(month: string, by: number): string {
  const [year, number] = parts(month);
  const months = year * 12 + number - 1 + by;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`;
}
