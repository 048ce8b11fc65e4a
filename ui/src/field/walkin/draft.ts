/** 现场接单 as it is kept while it is being filled in, and as it is handed over. */
import type { ApplianceKind, Coverage, JobKind, PastedOrder, Source, TakeOrder, Urgency, Window } from '@schemas';

export interface WalkInDraft {
  kind: JobKind;
  urgency: Urgency;
  source: Source;
  phone: string;
  name: string;
  township: string;
  address: string;
  /** None until somebody says it: the readings that a job needs follow from it. */
  appliance: ApplianceKind | '';
  brand: string;
  model: string;
  symptom: string;
  /** A message as it was pasted, or what else is to be known. */
  note: string;
  coverage: Coverage;
  maker_order: string;
  /** As a message named it. */
  window: Window | null;
}

export const emptyWalkIn = (): WalkInDraft => ({
  kind: 'repair',
  urgency: 'normal',
  source: 'direct',
  phone: '',
  name: '',
  township: '',
  address: '',
  appliance: '',
  brand: '',
  model: '',
  symptom: '',
  note: '',
  coverage: 'out_of_warranty',
  maker_order: '',
  window: null,
});

/** What can't be left empty, in the order of the page. */
export const NEEDED = ['phone', 'name', 'address', 'appliance'] as const;
export type Needed = (typeof NEEDED)[number];
export const missingOf = (draft: WalkInDraft): Needed[] => NEEDED.filter((field) => draft[field].trim() === '');

/** Whoever takes it on the spot has it: the core gives it to them. */
export function orderOf(draft: WalkInDraft, far: boolean, kept = (text: string) => text): TakeOrder {
  const { kind, urgency, coverage, symptom, note, maker_order, source, name, phone, township, address, brand, model } = draft;
  const details = { source, segment: null, revisit_of: null, contract: '', subsidised: false, acceptance: false, project: false };
  return {
    kind,
    urgency,
    far,
    coverage,
    symptom: kept(symptom.trim()),
    note: note.trim(),
    maker_order: maker_order.trim(),
    customer: { name: name.trim(), phone: phone.replace(/[\s-]/g, ''), township: township.trim(), address: address.trim() },
    appliances: [{ kind: draft.appliance || 'other', brand: brand.trim(), model: model.trim(), serial: '' }],
    window: draft.window,
    assignees: [],
    details: { ...details, difficulty: null, at_height: false, wished: null, km: null },
  };
}

/** The fields of the form that a pasted text named. */
export function readAs({ name, phone, township, address, appliance, brand, model, symptom, maker_order, window }: PastedOrder) {
  const found = { name, phone, township, address, appliance, brand, model, symptom, maker_order, window };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null)) as Partial<WalkInDraft>;
}
