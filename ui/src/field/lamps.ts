/**
 * What the lamps of a socket tester say when they are normal: wired left N, right L, earth there. They show no figure, so no row that wants
 * one is answered by them (R11): the earth's resistance stays to be measured.
 */
import type { ReadingRow } from '@schemas';

export const TESTER = 'socket_tester';
export const NORMAL: Record<string, string> = { socket_polarity: 'right', earth_present: 'good' };

/** Rows of one unit that normal lamps answer, if `of` is one of them: those that the rule data lets be read off a tester, and that are open. */
export function lampRows(rows: ReadingRow[], of: ReadingRow, open: (row: ReadingRow) => boolean): ReadingRow[] {
  const answered = rows.filter((row) => {
    const { input } = row;
    const asked = row.appliance === of.appliance && (row.required || row.code === of.code) && open(row);
    const option = NORMAL[row.code];
    const offers = input.input === 'choice' && input.options.some(({ code }) => code === option);
    return asked && offers && row.methods.some(({ code }) => code === TESTER);
  });
  return answered.some(({ code }) => code === of.code) ? answered : [];
}
