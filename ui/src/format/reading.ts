/** A measurement as text: its value with unit, or the label of what was chosen. */
import type { ReadingRow, RecordView, Text } from '@schemas';
import { measured } from './amount';

export interface Spoken {
  value: string;
  label: Text | null;
  reason: string;
}

export function spoken(row: ReadingRow, record: RecordView): Spoken {
  const { found } = record;
  switch (found.state) {
    case 'number': {
      const unit = row.input.input === 'number' ? row.input.unit : '';
      const decimals = row.input.input === 'number' ? row.input.decimals : 0;
      return { value: `${measured(found.thousandths, decimals)} ${unit}`.trim(), label: null, reason: '' };
    }
    case 'choice': {
      const option = row.input.input === 'choice' ? row.input.options.find((each) => each.code === found.option) : undefined;
      return { value: option ? '' : found.option, label: option?.label ?? null, reason: '' };
    }
    default:
      return { value: '', label: null, reason: found.reason };
  }
}

export function lastRecord(row: ReadingRow): RecordView | undefined {
  return row.records[row.records.length - 1];
}
