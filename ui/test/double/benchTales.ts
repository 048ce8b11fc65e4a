/** 向明's heater at the bench with a loaner at home, others that wait longer, and a sheet that two people filled in apart. */
import type { CoreEvent, NoteFact, QueuedUnit, SheetFact } from '@schemas';
import { card, text } from '../builders';
import { Story } from './story';

type Tell = (event: CoreEvent) => void;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function queued(change: Partial<QueuedUnit> & { customer: string; job: string }): QueuedUnit {
  const { customer, job, ...unit } = change;
  return {
    card: card({ job, customer }),
    unit: 'A0000001',
    name: '',
    tag: '',
    place: '店里货架',
    days: 1,
    ready: null,
    next_contact: null,
    overdue: false,
    next: 'diagnose',
    ...unit,
  };
}

export class Bench extends Story {
  constructor(role: string, tell: Tell) {
    super(role, tell);
    const now = Date.now();
    const { card } = this.view;
    Object.assign(card, { customer: '向明', township: '新集镇', address: '幸福苑2-604', appliance: '凌越 DSK-85', symptom: '不加热' });
    for (const tap of ['depart', 'arrive']) this.answer('tap_node', { tap } as never);
    const appliance = 'A0000001';
    const note = (fact: SheetFact, ago: number | null) => {
      const input: NoteFact = { job: card.job, fact, claimed: ago === null ? null : now - ago };
      return this.do_note_fact(input).id;
    };
    const custody = { fact: 'custody', appliance, condition: '', carried_in: false } as const;
    const loaner = { kind: 'instant_heater', model: 'DSK-55', serial: '', deposit_fen: 10_000 } as const;
    note({ fact: 'loaner', appliance, tag: 'BYJ-03', condition: '有划痕', photos: [], ...loaner }, 3 * DAY);
    note({ ...custody, step: 'taken', tag: 'SX-1121-04', place: '' }, 3 * DAY - HOUR);
    note({ ...custody, step: 'received', tag: 'SX-1121-04', place: '店里货架' }, 3 * DAY - 3 * HOUR);
    note({ fact: 'promise', appliance, ready: now - DAY, next_contact: now + 2 * HOUR, note: '' }, null);
    const diagnosis = note({ fact: 'diagnosis', appliance, cause: '可控硅击穿，继电器粘连', level: 'component', repairable: true }, null);
    const price = { total_fen: 12_000, other_level: 'board', other_fen: 38_000, days: 2 } as const;
    note({ fact: 'quote', appliance, diagnosis, level: 'component', ...price }, null);
    this.away = [
      queued({ job: '01KAJ9Z0000000000000000007', customer: '杨光荣', name: '晶视 65E3', tag: 'SX-1119-02', days: 5, next: 'return' }),
      queued({
        job: '01KAJ9Z0000000000000000008',
        customer: '谭记农家乐',
        name: '云浣 XQG100-14',
        next: 'receive',
        days: 0,
        ready: now + 2 * DAY,
      }),
    ];
  }
}

/** A sheet and an order in which values differ. */
export class Contested extends Story {
  constructor(role: string, tell: Tell) {
    super(role, tell);
    const now = Date.now();
    this.view.card.findings = [{ code: 'conflicting_values', params: {} }];
    const held = (value: string, by: string, device: string, ago: number) => ({
      change: `${value}-${ago}`.padEnd(16, '0'),
      text: text(value),
      by,
      device,
      at: now - ago,
    });
    this.contested = [
      {
        place: { paper: 'sheet', container: 'fields', key: 'A0000001/fault', field: null },
        name: text('安泉 DSK-85 · 故障', '安泉 DSK-85 · Fault'),
        values: [held('进水接头裂', '冉小军', '冉师傅的手机', 8 * 60_000), held('密封圈老化', '田勇', '田勇的手机', 31 * 60_000)],
        may_resolve: true,
      },
      {
        place: { paper: 'sheet', container: 'readings', key: 'R0000001', field: 'instrument' },
        name: text('测量 · 仪表', 'Reading · instrument'),
        values: [held('', '冉小军', '冉师傅的手机', 9 * 60_000), held('胜利 VC60B', '田勇', '田勇的手机', 32 * 60_000)],
        may_resolve: true,
      },
      {
        place: { paper: 'order', container: 'about', key: 'address', field: null },
        name: text('地址', 'Address'),
        values: [held('建设路 12 号 3-201', '覃建国', '店里电脑', DAY), held('建设路 21 号 3-201', '覃建国', '老板的手机', DAY + HOUR)],
        may_resolve: role === 'owner',
      },
    ];
  }
}

/** The owner moved the visit on two devices. */
export class Moved extends Contested {
  constructor(role: string, tell: Tell) {
    super(role, tell);
    const held = (value: string, device: string, ago: number) => ({
      change: `${ago}`.padEnd(16, '0'),
      text: text(value),
      by: '覃建国',
      device,
      at: Date.now() - ago,
    });
    this.contested = [
      {
        place: { paper: 'order', container: 'window', key: 'from', field: null },
        name: text('上门时间 · 从', 'Visit · from'),
        values: [held('2026-11-21 14:00', '店里电脑', HOUR), held('2026-11-22 09:00', '老板的手机', 2 * HOUR)],
        may_resolve: true,
      },
    ];
  }
}
