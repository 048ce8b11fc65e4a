/** The facts that the page of fees writes, and what its lines come to together. */
import type { FeeKind, FeeLine, FeeOffer, PaidFor, PaymentLine, Payer, PayWay, SheetFact } from '@schemas';
import { fenOf, thousandthsOf } from '@/format/amount';
import { written } from '@/i18n';

export const WHOLE = 1000;
/** Pieces, visits: one of it is the usual case. */
export const byPiece = (offer: FeeOffer) => offer.unit === null || offer.unit === 'each' || offer.unit === 'hole';
/** What goes back to the customer is written below nought. */
const GOES_BACK: PaidFor[] = ['deposit_back', 'refund', 'compensation'];
export const goesBack = (paid_for: PaidFor) => GOES_BACK.includes(paid_for);

/** Typed figures may end in a point for a moment. */
const whole = (typed: string) => typed.replace(/\.$/, '');
export const fenTyped = (typed: string) => fenOf(whole(typed));
export const quantityTyped = (typed: string) => thousandthsOf(whole(typed));
/** Fen as somebody would key them in. */
export const asTyped = (fen: number) => (Math.max(fen, 0) / 100).toFixed(2).replace(/\.00$/, '');

/** The line as it will read while it is typed; the core's own sum stands in the list once it is written. */
export const lineFen = (unit: number, quantity: number, share: number) => Math.round((unit * quantity * share) / (WHOLE * WHOLE));

interface Wanted {
  quantity: number;
  unit_fen: number;
  reason: string;
  spoken_code: string;
}

export function offeredFee(offer: FeeOffer, wanted: Partial<Wanted> = {}): SheetFact {
  return {
    fact: 'fee',
    appliance: offer.appliance,
    kind: offer.kind,
    code: offer.code,
    name: written(offer.name),
    quantity: wanted.quantity ?? offer.quantity,
    unit_fen: wanted.unit_fen ?? offer.unit_fen,
    share: offer.share,
    guide_fen: offer.unit_fen,
    payer: offer.payer,
    reason: wanted.reason ?? '',
    part: offer.part,
    adjusts: null,
    quote: null,
    spoken_code: wanted.spoken_code ?? '',
  };
}

export function ownFee(kind: FeeKind, name: string, wanted: Wanted, appliance: string | null): SheetFact {
  return {
    fact: 'fee',
    appliance: ['pass_through', 'discount'].includes(kind) ? null : appliance,
    kind,
    code: '',
    name,
    quantity: wanted.quantity,
    unit_fen: kind === 'discount' ? -wanted.unit_fen : wanted.unit_fen,
    share: WHOLE,
    guide_fen: null,
    payer: 'customer',
    reason: wanted.reason,
    part: null,
    adjusts: null,
    quote: null,
    spoken_code: '',
  };
}

const reasonAbove = (line: string, text: string): SheetFact => ({ fact: 'reason', about: 'above_guide', subject: line, text, photo: null });

/** A line is put right by the difference. Raised above guide, the line itself wants its reason as well. */
export function adjustedFee(line: FeeLine, difference: number, reason: string, above: boolean): SheetFact[] {
  const payer: Payer = line.payer ?? 'customer';
  const adjustment: SheetFact = {
    fact: 'fee',
    appliance: line.appliance,
    kind: 'adjustment',
    code: '',
    name: line.name,
    quantity: WHOLE,
    unit_fen: difference,
    share: WHOLE,
    guide_fen: null,
    payer,
    reason,
    part: null,
    adjusts: line.id,
    quote: null,
    spoken_code: '',
  };
  return above ? [adjustment, reasonAbove(line.id, reason)] : [adjustment];
}

export const reasonFor = (line: FeeLine, text: string): SheetFact => reasonAbove(line.id, text);

export function payment(fen: number, way: PayWay, paid_for: PaidFor, reference = ''): SheetFact {
  return { fact: 'payment', fen: goesBack(paid_for) ? -fen : fen, way, paid_for, subject: null, reference };
}

/** What gives a payment back; `null` for what went back itself, or can't be named. */
export function reversal(of: PaymentLine): PaidFor | null {
  if (of.fen <= 0 || of.way === null) return null;
  if (of.paid_for === 'work') return 'refund';
  return of.paid_for === 'deposit' ? 'deposit_back' : null;
}

export interface Bill {
  line: FeeLine;
  adjustments: FeeLine[];
  /** With the adjustments that count. */
  net: number;
}

/** Each line with what puts it right. An adjustment of a line that is not here stands by itself. */
export function bills(lines: FeeLine[]): Bill[] {
  const here = new Set(lines.map((line) => line.id));
  const of = (line: FeeLine) => lines.filter((each) => each.adjusts === line.id);
  return lines
    .filter((line) => line.adjusts === null || !here.has(line.adjusts))
    .map((line) => {
      const adjustments = of(line);
      const counting = [line, ...adjustments].filter((each) => each.off === null);
      return { line, adjustments, net: counting.reduce((sum, each) => sum + each.amount_fen, 0) };
    });
}
