/** The new-order form as it is kept while it is being filled in. */
import type { ApplianceInput, Coverage, JobKind, PastedOrder, Urgency } from '@schemas';
import { clock, dayOf } from '@/format/time';

/** Day and hours as picked; they become moments only when the order is taken. */
export interface WindowDraft {
  day: string;
  from: string;
  to: string;
}

export interface OrderDraft {
  kind: JobKind;
  urgency: Urgency;
  far: boolean;
  name: string;
  phone: string;
  township: string;
  address: string;
  appliances: ApplianceInput[];
  symptom: string;
  window: WindowDraft | null;
  coverage: Coverage;
  maker_order: string;
  note: string;
  assignees: string[];
}

/** As they are offered. */
export const KINDS: JobKind[] = [
  'repair',
  'install',
  'move',
  'remove',
  'clean',
  'maintenance',
  'survey',
  'appraisal',
  'exchange',
  'trade_in',
  'unit_pickup',
  'unit_return',
];

export function emptyOrder(): OrderDraft {
  return {
    kind: 'repair',
    urgency: 'normal',
    far: false,
    name: '',
    phone: '',
    township: '',
    address: '',
    symptom: '',
    window: null,
    coverage: 'out_of_warranty',
    maker_order: '',
    note: '',
    appliances: [{ kind: 'instant_heater', brand: '', model: '', serial: '' }],
    assignees: [],
  };
}

/** The form's own fields that a pasted text named; the appliance has fields of its own. */
export function readAs({ name, phone, township, address, symptom, maker_order, window }: PastedOrder): Partial<OrderDraft> {
  const oneDay = window !== null && dayOf(window.from) === dayOf(window.to);
  const found = {
    ...{ name, phone, township, address, symptom, maker_order },
    window: oneDay ? { day: dayOf(window.from), from: clock(window.from), to: clock(window.to) } : null,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null)) as Partial<OrderDraft>;
}

export function applianceAs({ brand, model }: PastedOrder): Partial<ApplianceInput> {
  return { ...(brand === null ? {} : { brand }), ...(model === null ? {} : { model }) };
}

/** A form that was cleared away, where nothing else was typed since. */
export function refilled(now: OrderDraft, before: OrderDraft): OrderDraft {
  const empty = emptyOrder();
  const bare = (key: keyof OrderDraft) => JSON.stringify(now[key]) === JSON.stringify(empty[key]);
  return { ...now, ...Object.fromEntries(Object.entries(before).filter(([key]) => bare(key as keyof OrderDraft))) };
}
