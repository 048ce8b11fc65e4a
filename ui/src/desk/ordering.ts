/** The order of a table's rows as its address says it: a column's key, with a minus for the largest first. */
import type { Tongue } from '@/format/time';

export type Value = string | number | null | undefined;

export interface Column<T> {
  key: string;
  /** What the head says. */
  label: string;
  /** Only a screen reader hears the head. */
  mute?: boolean;
  /** The page draws the head itself. */
  own?: boolean;
  /** What rows are sorted by; missing where there is nothing to sort by. */
  by?: (row: T) => Value;
  class?: string;
}

const collators = {
  zh: new Intl.Collator('zh-Hans-CN', { numeric: true }),
  en: new Intl.Collator('en', { numeric: true }),
};

/** Whatever has no value stands last, whichever way the rows go. */
export function sorted<T>(rows: T[], columns: Column<T>[], order: string, tongue: Tongue): T[] {
  const down = order.startsWith('-');
  const by = columns.find((column) => column.key === (down ? order.slice(1) : order))?.by;
  if (!by) return rows;
  const { compare } = collators[tongue];
  const none = (value: Value): value is null | undefined | '' => value === null || value === undefined || value === '';
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort(({ value: a }, { value: b }) => {
      if (none(a) || none(b)) return Number(none(a)) - Number(none(b));
      const more = typeof a === 'number' && typeof b === 'number' ? a - b : compare(String(a), String(b));
      return down ? -more : more;
    })
    .map(({ row }) => row);
}

/** What a click on a head leads to: up, down, and back to the order in which the rows came. */
export function turned(order: string, key: string): string {
  return order === key ? `-${key}` : order === `-${key}` ? '' : key;
}

/** The words of a filter, all of which must be in the row's text. */
export function fitting<T>(rows: T[], text: string, said: (row: T) => string): T[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const all = said(row).toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
