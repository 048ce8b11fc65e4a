/** Amounts as people write them: money, phones, bytes, measured values. */

/** Fen as `¥1,234.50`. */
export function money(fen: number): string {
  const sign = fen < 0 ? '−' : '';
  const whole = Math.trunc(Math.abs(fen) / 100);
  const rest = String(Math.abs(fen) % 100).padStart(2, '0');
  return `${sign}¥${String(whole).replace(/\B(?=(\d{3})+$)/g, ',')}.${rest}`;
}

/** Yuan as typed, in fen; `null` when it isn't an amount. */
export function fenOf(typed: string): number | null {
  const match = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(typed.trim().replace(/[¥￥,，]/g, ''));
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : null;
}

/** A mobile number as `138 0000 1234`; anything else as it is. */
export function phone(number: string): string {
  const digits = number.replace(/\D/g, '');
  return /^1\d{10}$/.test(digits) ? `${digits.slice(0, 3)} ${digits.slice(3, 7)} ${digits.slice(7)}` : number;
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)} KB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  return `${(count / 1_000_000_000).toFixed(1)} GB`;
}

/** Thousandths of a unit with no more decimals than they need, at least `decimals` when given. */
export function measured(thousandths: number, decimals = 0): string {
  const text = (thousandths / 1000).toFixed(3);
  const trimmed = text.replace(/0+$/, '').replace(/\.$/, '');
  const has = trimmed.includes('.') ? (trimmed.split('.')[1]?.length ?? 0) : 0;
  return has >= decimals ? trimmed : (thousandths / 1000).toFixed(decimals);
}

/** A number as keyed in, in thousandths; `null` while it isn't one. */
export function thousandthsOf(typed: string): number | null {
  const match = /^(\d{1,9})(?:\.(\d{0,3}))?$/.exec(typed);
  return match ? Number(match[1]) * 1000 + Number((match[2] ?? '').padEnd(3, '0')) : null;
}

export function percent(good: number, of: number): string {
  return of === 0 ? '—' : `${Math.round((good * 100) / of)}%`;
}
