/** Fields of a form in which a fact is added, and what their texts mean. */
import type { JobView, SheetFact, SheetField } from '@schemas';
import { fenOf } from '@/format/amount';
import { dayStart } from '@/format/time';

export type MendName =
  | 'overrun'
  | 'nameplate'
  | 'goods'
  | 'guidance'
  | 'notice'
  | 'hazard'
  | 'old_part'
  | 'damage'
  | 'acceptance'
  | 'charge'
  | 'pause'
  | 'resume'
  | 'appointment'
  | 'remark'
  | 'unit_serial'
  | 'place_loaner'
  | 'without_loaner'
  | 'take_unit'
  | 'receive_unit'
  | 'diagnose'
  | 'quote'
  | 'consent'
  | 'bench'
  | 'promise'
  | 'return_unit'
  | 'to_factory'
  | 'from_factory'
  | 'loaner_back';

export type Values = Record<string, string>;

/** Where a fact is written: the job, the appliance it is about, and how one is saved; a saved fact's id comes back. */
export interface At {
  view: JobView;
  appliance: string;
  note: (fact: SheetFact) => Promise<string>;
  /** A figure of an appliance's or a loaner's nameplate. */
  plate: (unit: string, field: SheetField, value: string) => Promise<unknown>;
}

export interface Field {
  /** Its label is `words.input.<key>`. */
  key: string;
  kind: 'text' | 'long' | 'choice' | 'yes' | 'money' | 'count' | 'pressure' | 'day' | 'time' | 'photo' | 'loaner';
  /** The words of a choice, and the group of the language files that names them. */
  group?: string;
  options?: readonly string[];
  /** Usual answers: keys under `field.mend.usual`. */
  usual?: readonly string[];
  optional?: boolean;
  /** Of a photo. */
  stage?: 'nameplate' | 'outdoor_plate' | 'loaner' | 'damage';
  when?: (values: Values) => boolean;
  hint?: string;
}

export interface Mend {
  fields: Field[];
  start?: (at: At) => Values;
  /** What must be there first. */
  first?: (at: At) => MendName | null;
  write: (values: Values, at: At) => Promise<unknown>;
}

export const yes = (values: Values, key: string) => values[key] === 'yes';
export const said = (values: Values, key: string) => (values[key] ?? '').trim();
export const fen = (values: Values, key: string) => fenOf(values[key] ?? '') ?? 0;
export const count = (values: Values, key: string) => Number(values[key] ?? '') || 0;
/** The end of a promised day's morning: a day on paper has no hour. */
export const day = (values: Values, key: string) => (values[key] ? dayStart(values[key]) + 12 * 3_600_000 : null);
/** A word of the table: the core refuses what it does not know. */
export const word = <T extends string>(values: Values, key: string) => (values[key] ?? '') as T;

export const signature = (at: At, signed_for: 'notice' | 'loaner_declined' | 'acceptance', signer: 'customer' | 'acceptor', name: string) =>
  at.note({ fact: 'signature', signed_for, subject: null, signer, name, image: null });

/** What is asked for as things stand. */
export function asked(mend: Mend, values: Values): Field[] {
  return mend.fields.filter((field) => field.when?.(values) ?? true);
}

/** Whether a field holds what its kind takes. */
export function filled(field: Field, values: Values): boolean {
  const text = said(values, field.key);
  if (text === '') return field.optional ?? false;
  if (field.kind === 'money') return fenOf(text) !== null;
  if (field.kind === 'count') return /^\d{1,4}$/.test(text);
  // Below the air's pressure a gauge shows less than nothing.
  if (field.kind === 'pressure') return /^-?\d{1,4}$/.test(text);
  return true;
}
