/** Quantity × price as it stands in a line. */
import type { Unit } from '@schemas';
import { measured, money } from '@/format/amount';
import { useTexts } from '@/i18n';

export function useFigures() {
  const { word } = useTexts();
  const figures = (quantity: number, unit: Unit | null, fen: number) =>
    `${measured(quantity)}${unit && unit !== 'each' ? ` ${word('unit', unit)}` : ''} × ${money(fen)}`;
  return { figures };
}
