/** How long: `38 分`, `1 h 5 min`, `2 天`. */
import { DAY, HOUR, MINUTE } from './time';

export type Say = (key: string, named: Record<string, unknown>) => string;

export function lasting(ms: number, t: Say): string {
  const length = Math.abs(ms);
  if (length >= 2 * DAY) return t('common.days', { count: Math.floor(length / DAY) });
  if (length >= HOUR && length % HOUR < MINUTE) return t('common.hours', { count: Math.floor(length / HOUR) });
  if (length >= HOUR) return t('common.hoursMinutes', { hours: Math.floor(length / HOUR), minutes: Math.floor((length % HOUR) / MINUTE) });
  if (length >= MINUTE) return t('common.minutes', { count: Math.floor(length / MINUTE) });
  return t('common.seconds', { count: Math.max(0, Math.ceil(length / 1000)) });
}
