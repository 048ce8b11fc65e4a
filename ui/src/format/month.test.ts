import { expect, it } from 'vitest';
import { monthAfter, monthName } from './month';

it('a month goes over the turn of the year, both ways', () => {
  expect(monthAfter('2026-12', 1)).toBe('2027-01');
  expect(monthAfter('2026-01', -1)).toBe('2025-12');
  expect(monthAfter('2026-11', 0)).toBe('2026-11');
});

it('a month is written as people write it', () => {
  expect(monthName('2026-11', 'zh')).toBe('2026年11月');
  expect(monthName('2026-11', 'en')).toBe('Nov 2026');
});
