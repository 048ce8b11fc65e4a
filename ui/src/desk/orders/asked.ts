/** What an address asks of all the orders: days, node, member, township, phone, serial, whether they are open. */
import type { NodeKind } from '@schemas';
import type { Asked } from '@/stores/listed';
import { momentOfDay } from '../inAddress';

/** Their names in the address. */
export const FILTERS = ['from', 'to', 'node', 'member', 'township', 'phone', 'serial', 'left'] as const;
export type Filter = (typeof FILTERS)[number];
export const NODES = [
  'open',
  'guided',
  'accepted',
  'appointed',
  'departed',
  'arrived',
  'card_shown',
  'safety_checked',
  'working',
  'loaner_placed',
  'taken',
  'finished',
  'left',
  'received',
  'diagnosed',
  'quoted',
  'consented',
  'given_up',
  'repaired',
  'unrepairable',
  'informed',
  'returned',
  'loaner_back',
  'followed_up',
  'approved',
  'settled',
  'cancelled',
] as const satisfies readonly NodeKind[];

/** Long before the first order and long after the last one. */
const [FIRST, LAST] = [0, Date.UTC(2199, 0)];

/** `null` where nothing is asked. */
export function askedBy(of: (name: Filter) => string): Asked | null {
  if (FILTERS.every((name) => of(name) === '')) return null;
  const [from, to] = [momentOfDay(of('from')), momentOfDay(of('to'))];
  const node = of('node');
  return {
    days: from === null && to === null ? null : { from: from ?? FIRST, to: to ?? LAST },
    status: NODES.find((each) => each === node) ?? null,
    member: of('member') || null,
    township: of('township').trim() || null,
    phone: of('phone').trim() || null,
    serial: of('serial').trim() || null,
    open: of('left') !== '',
  };
}
