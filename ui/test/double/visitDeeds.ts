/** What happens to a job's view when somebody arrives, writes a field, or enters a step later. */
import type { EnterLate, Failure, JobOutcome, JobView, SheetField } from '@schemas';
import { text } from '../builders';
import { CODE_SVG } from './code';

export function arriveAt(view: JobView, at: number): void {
  view.card.arrived_at = at;
  view.take_along = { parts: [], tools: [] };
  const worked_s = Math.floor((Date.now() - at) / 1000);
  view.clock = { limit_minutes: view.card.limit_minutes, worked_s, stopped: null, ended: false };
}

/** Writes one field, and gives the way back. */
export function setField(view: JobView, field: SheetField, value: string): () => void {
  const appliance = view.appliances[0];
  if (!appliance) return () => undefined;
  const own = field in appliance;
  const before = own ? appliance[field as 'serial'] : (appliance.plate[field] ?? '');
  const set = (to: string) => void (own ? Object.assign(appliance, { [field]: to }) : (appliance.plate[field] = to));
  set(value);
  return () => set(before);
}

interface Deeds<T> {
  tap: (kind: JobView['card']['status']) => void;
  finish: (outcome: JobOutcome) => void;
  changed: (action: string) => JobView;
  refuse: (code: Failure['code']) => T;
}

export function enterLate<T>(view: JobView, { late, claimed }: EnterLate, deeds: Deeds<T>): JobView | T {
  if (claimed > Date.now()) return deeds.refuse('time_ahead');
  const kind = ({ depart: 'departed', arrive: 'arrived', finish: 'finished', leave: 'left' } as const)[late.step];
  const arrived = view.nodes.find((each) => each.kind === 'arrived')?.at ?? null;
  if (kind === 'departed' && arrived !== null && claimed > arrived) return deeds.refuse('time_misfit');
  if (kind === 'left') view.nodes.push({ kind, at: null, by: '', derived: false, entered: null });
  if (late.step === 'finish') deeds.finish(late.outcome);
  else deeds.tap(kind);
  const node = view.nodes.find((each) => each.kind === kind);
  if (node) Object.assign(node, { at: claimed, entered: Date.now() });
  if (kind === 'arrived') arriveAt(view, claimed);
  if (kind === 'finished') view.card.finished_at = claimed;
  return deeds.changed(late.step);
}

export const cardCode = () => ({ label: text('网点电话', 'Outlet'), number: '13800001000', svg: CODE_SVG });
