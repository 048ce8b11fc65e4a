/**
 * Moments as people write them, in the outlet's time zone.
 *
 * China has one zone and no summer time, so a fixed offset is exact; the device's own zone must not matter, or a phone set wrongly
 * would show another day than the shop's computer.
 */
const OFFSET_MS = 8 * 3_600_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Tongue = 'zh' | 'en';

const WEEKDAYS = {
  zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
} as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

const two = (n: number) => String(n).padStart(2, '0');
const local = (at: number) => new Date(at + OFFSET_MS);

export function clock(at: number): string {
  const d = local(at);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}

/** `11月21日 周六`, `Sat 21 Nov`; with the year when it isn't that of `now`. */
export function date(at: number, tongue: Tongue, now = at): string {
  const d = local(at);
  const year = d.getUTCFullYear();
  if (year !== local(now).getUTCFullYear()) return tongue === 'zh' ? `${year}年${date(at, tongue)}` : `${date(at, tongue)} ${year}`;
  const weekday = WEEKDAYS[tongue][d.getUTCDay()];
  return tongue === 'zh'
    ? `${d.getUTCMonth() + 1}月${d.getUTCDate()}日 ${weekday}`
    : `${weekday} ${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]}`;
}

/** A day that may be years away: `2028年5月31日`, `31 May 2028`. */
export function longDate(at: number, tongue: Tongue): string {
  const d = local(at);
  const [year, month, day] = [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()];
  return tongue === 'zh' ? `${year}年${month + 1}月${day}日` : `${day} ${MONTHS[month]} ${year}`;
}

/** `2026-11-21` of that moment. */
export function dayOf(at: number): string {
  return local(at).toISOString().slice(0, 10);
}

/** First moment of a day written `2026-11-21`. */
export function dayStart(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) - OFFSET_MS;
}

/** The moment at `14:30` of a day. */
export function momentOf(day: string, time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return dayStart(day) + hours * HOUR + minutes * MINUTE;
}

/** A moment that the core writes as `2026-11-21 14:30`; null for any other text. */
export function momentRead(text: string): number | null {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})$/.exec(text.trim()) ?? [];
  return day && time ? momentOf(day, time) : null;
}

/** The clock alone for today, with the date before it for another day. */
export function when(at: number, now: number, tongue: Tongue): string {
  return dayOf(at) === dayOf(now) ? clock(at) : `${date(at, tongue, now)} ${clock(at)}`;
}

/** `14:00–16:00`, with the date before it when it isn't today's. */
export function span(from: number, to: number, now: number, tongue: Tongue): string {
  const hours = `${clock(from)}–${clock(to)}`;
  return dayOf(from) === dayOf(now) ? hours : `${date(from, tongue, now)} ${hours}`;
}
