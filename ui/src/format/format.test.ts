import { describe, expect, it } from 'vitest';
import { bytes, fenOf, measured, money, percent, phone, thousandthsOf } from './amount';
import { lasting } from './lasting';
import { clock, date, dayOf, dayStart, longDate, momentOf, span, when } from './time';

describe('amounts', () => {
  it('money is written with commas and two decimals', () => {
    expect([money(0), money(123_450), money(-5), money(100_000_000)]).toEqual(['¥0.00', '¥1,234.50', '−¥0.05', '¥1,000,000.00']);
  });

  it('a typed price becomes fen without floating point', () => {
    expect([fenOf('19.99'), fenOf('¥1,234.5'), fenOf(' 8 '), fenOf('1.234'), fenOf('abc'), fenOf('-3')]).toEqual([
      1999,
      123_450,
      800,
      null,
      null,
      null,
    ]);
  });

  it('a mobile number is grouped, anything else left alone', () => {
    expect([phone('13800001234'), phone('0719-1234567')]).toEqual(['138 0000 1234', '0719-1234567']);
  });

  it('bytes are told in the unit that people compare', () => {
    expect([bytes(640), bytes(1900), bytes(412_000), bytes(12_400_000), bytes(44_503_900_000)]).toEqual([
      '640 B',
      '1.9 KB',
      '412 KB',
      '12.4 MB',
      '44.5 GB',
    ]);
  });

  it('a measured value keeps its own decimals', () => {
    expect([measured(12_600), measured(4000, 1), measured(150), measured(220_000)]).toEqual(['12.6', '4.0', '0.15', '220']);
    expect([thousandthsOf('12.6'), thousandthsOf('4.'), thousandthsOf('0.155'), thousandthsOf(''), thousandthsOf('1e3')]).toEqual([
      12_600,
      4000,
      155,
      null,
      null,
    ]);
  });

  it('a rate of nothing is no rate', () => {
    expect([percent(0, 0), percent(10, 11)]).toEqual(['—', '91%']);
  });
});

describe('moments', () => {
  const noon = Date.UTC(2026, 10, 21, 4);

  it('are in the outlet’s time zone wherever the device thinks it is', () => {
    expect([clock(noon), dayOf(noon), dayOf(Date.UTC(2026, 10, 21, 16, 1))]).toEqual(['12:00', '2026-11-21', '2026-11-22']);
    expect(dayStart('2026-11-21')).toBe(Date.UTC(2026, 10, 20, 16));
    expect(clock(momentOf('2026-11-21', '14:30'))).toBe('14:30');
  });

  it('are written as people write them', () => {
    expect([longDate(noon, 'zh'), longDate(noon, 'en')]).toEqual(['2026年11月21日', '21 Nov 2026']);
    expect([date(noon, 'zh'), date(noon, 'en')]).toEqual(['11月21日 周六', 'Sat 21 Nov']);
    expect(span(momentOf('2026-11-21', '14:00'), momentOf('2026-11-21', '16:00'), noon, 'zh')).toBe('14:00–16:00');
    expect(when(momentOf('2026-11-20', '09:05'), noon, 'zh')).toBe('11月20日 周五 09:05');
  });

  it('a length is told in its largest useful unit', () => {
    const say = (key: string, named: Record<string, unknown>) => `${key.split('.')[1]} ${Object.values(named).join(' ')}`;
    expect([40_000, 38 * 60_000, -65 * 60_000, 3_600_000, 50 * 3_600_000].map((ms) => lasting(ms, say))).toEqual([
      'seconds 40',
      'minutes 38',
      'hoursMinutes 1 5',
      'hours 1',
      'days 2',
    ]);
  });
});
