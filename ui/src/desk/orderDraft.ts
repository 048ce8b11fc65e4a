/** The new-order form as it is kept while it is being filled in. */
import type { ApplianceInput, Coverage, JobKind, Urgency } from '@schemas';

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
