/** Parts and customers as the owner's desk would show them. */
import type {
  CustomerLine,
  CustomerView,
  FailureTable,
  FollowUpsView,
  HeldPart,
  OldPartLine,
  PartLine,
  PartsDesk,
  ReminderLine,
  UnreportedView,
} from '@schemas';
import { at, card, NOW, ran, text, tian } from './builders';
import { asked } from './moneyBuilders';

const DAY = 24 * 60;
const JOB = (n: number) => `01KAJ9Z000000000000000000${n}`;

export const heldPart = (member: string | null, quantity: number, counted: number | null = null): HeldPart => ({
  member,
  quantity,
  counted,
});

export function part(change: Partial<PartLine> = {}): PartLine {
  const held = change.held ?? [heldPart(ran.id, 4, at(-20 * DAY)), heldPart(tian.id, 2), heldPart(null, 16, at(-20 * DAY))];
  return {
    code: 'AQ-MF-63',
    name: text('密封圈', 'Seal'),
    appliances: ['storage_heater'],
    guide_fen: 1_000,
    unlisted: false,
    tracked: false,
    low: null,
    is_low: false,
    dealer_fen: null,
    charged_fen: null,
    overcharged: false,
    ...change,
    held,
    total: held.reduce((sum, one) => sum + one.quantity, 0),
  };
}

export function oldPart(change: Partial<OldPartLine> = {}): OldPartLine {
  return {
    job: JOB(1),
    part: 'P0000001',
    customer: '彭秀兰',
    maker_order: 'AQ20261121-0087',
    by: ran.name,
    code: 'AQ-RG-2000',
    name: '加热管',
    quantity: 1,
    step: 'tagged',
    tag: 'AQ-1121-1',
    due: at(10 * DAY),
    overdue: false,
    batch: '',
    courier: '',
    deducted_fen: 0,
    claimable: false,
    ...change,
  };
}

export function partsDesk(change: Partial<PartsDesk> = {}): PartsDesk {
  return {
    parts: [
      part(),
      part({
        code: 'AQ-RG-2000',
        name: text('加热管 2000 W', 'Heating element 2000 W'),
        guide_fen: 9_500,
        tracked: true,
        held: [heldPart(ran.id, -1), heldPart(null, 2, at(-20 * DAY))],
        low: 5,
        is_low: true,
        dealer_fen: 5_000,
        charged_fen: 5_600,
        overcharged: true,
      }),
      part({ code: 'YH-PSB-30W', name: text('排水泵', 'Drain pump'), appliances: ['washing_machine'], guide_fen: 6_800, held: [] }),
      part({ code: '灯条', name: text('灯条'), appliances: [], guide_fen: null, unlisted: true, held: [heldPart(tian.id, 3)] }),
    ],
    holders: [
      { member: null, name: '' },
      { member: ran.id, name: ran.name },
      { member: tian.id, name: tian.name },
    ],
    requests: [
      {
        member: tian.id,
        by: tian.name,
        asked: asked({
          id: 'K0000012',
          what: { asked: 'part', code: '', name: '灯条', quantity: 3 },
          step: 'ordered',
          promised: at(-90),
          late: true,
          note: '',
        }),
      },
      { member: ran.id, by: ran.name, asked: asked() },
    ],
    old_parts: [
      oldPart({ due: at(-2 * DAY), overdue: true }),
      oldPart({ job: JOB(2), part: 'P0000002', customer: '罗桂香', tag: '', due: null, step: null }),
      oldPart({ job: JOB(3), part: 'P0000003', customer: '谭记农家乐', step: 'sent', batch: 'B47', courier: 'SF0012345', claimable: true }),
      oldPart({
        job: JOB(4),
        part: 'P0000004',
        customer: '向有福',
        step: 'deducted',
        batch: 'B46',
        courier: 'SF0012001',
        deducted_fen: 3_800,
      }),
    ],
    moves: [
      {
        id: 'M0000002',
        member: ran.id,
        movement: 'issue',
        code: 'AQ-MF-63',
        name: '密封圈',
        quantity: 5,
        note: '',
        at: at(-30),
      },
      {
        id: 'M0000001',
        member: null,
        movement: 'count',
        code: 'AQ-MF-63',
        name: '密封圈',
        quantity: 21,
        note: '月底盘点',
        at: at(-20 * DAY),
      },
    ],
    now: NOW,
    ...change,
  };
}

const done = card({ status: 'finished', outcome: 'completed', arrived_at: at(-90), finished_at: at(-30), billed_fen: 38_000 });

export const customerLine = (change: Partial<CustomerLine> = {}): CustomerLine => ({
  phone: '13800001234',
  jobs: 3,
  segment: 'town',
  last: done,
  ...change,
});

export function customerView(change: Partial<CustomerView> = {}): CustomerView {
  return {
    phone: '13800001234',
    name: '王芳',
    township: '柳河镇',
    address: '建设路 12 号 3-201',
    segment: 'town',
    quiet: false,
    machines: [
      {
        kind: 'instant_heater',
        brand: '安泉',
        model: 'DSK-85',
        serial: 'AQ85-0001',
        made: Date.UTC(2019, 3, 1),
        served: at(-30),
        last_job: done.job,
        coverage: 'out_of_warranty',
        until: '2026-05-31',
        why: text(
          '生产月后一个月 2019-05-01 起 72 个月，至 2025-04-30：保外',
          '72 months from 2019-05-01, until 2025-04-30: out of warranty',
        ),
        due: [{ reason: 'season', since: at(-50 * DAY), text: text('入冬前检查热水器', 'Have the water heater checked before winter') }],
      },
    ],
    jobs: [done, card({ job: JOB(2), kind: 'clean', status: 'approved', outcome: 'completed', finished_at: at(-400 * DAY), symptom: '' })],
    more: false,
    notes: [{ id: 'N0000001', text: '院里有狗', by: '覃建国', at: at(-60) }],
    contracts: [
      {
        id: 'C0000001',
        customer: '王芳',
        phone: '13800001234',
        appliance: '安泉 DSK-85',
        from: at(-190 * DAY),
        until: at(175 * DAY),
        every: 6,
        fen: 20_000,
        ended: false,
        inspections: [
          { due: at(-6 * DAY), done: null },
          { due: at(175 * DAY), done: null },
        ],
        next_due: at(-6 * DAY),
        ordered: null,
      },
    ],
    referrals: [],
    may_refer: null,
    now: NOW,
    ...change,
  };
}

export function reminder(change: Partial<ReminderLine> = {}): ReminderLine {
  return {
    reason: 'season',
    since: at(-50 * DAY),
    text: text('入冬前检查热水器', 'Have the water heater checked before winter'),
    customer: '罗桂香',
    phone: '13800001099',
    township: '城关镇',
    appliance: '凌越 DSK-85',
    kind: 'instant_heater',
    made: null,
    served: at(-400 * DAY),
    job: JOB(2),
    contract: null,
    ordered: null,
    ...change,
  };
}

export function followUps(change: Partial<FollowUpsView> = {}): FollowUpsView {
  return {
    calls: [
      {
        card: { ...done, job: JOB(5), customer: '覃大勇', findings: [{ code: 'hazard_remaining', params: {} }] },
        why: ['hazard', 'paid'],
        left: at(-28),
      },
      { card: done, why: ['paid'], left: at(-28) },
    ],
    silent: [{ ...done, job: JOB(6), customer: '谭记农家乐', finished_at: at(-5 * DAY) }],
    days: 14,
    now: NOW,
    ...change,
  };
}

export function unreported(change: Partial<UnreportedView> = {}): UnreportedView {
  return {
    jobs: [
      { ...done, job: JOB(7), customer: '杨光荣', township: '高店子镇', appliance: '晶视 65E3', maker_order: '', taken_at: at(-3 * DAY) },
      card({ job: JOB(8), customer: '张老师', township: '城关镇', maker_order: '', taken_at: at(-90) }),
    ],
    more: false,
    now: NOW,
    ...change,
  };
}

export function failures(change: Partial<FailureTable> = {}): FailureTable {
  const line = (model: string, fault: string, count: number, share_permille: number) => ({
    brand: '安泉',
    model,
    fault,
    count,
    share_permille,
    jobs: [],
  });
  return {
    lines: [line('ES50H-A1', '加热管漏电', 4, 571), line('ES50H-A1', '温控器坏', 3, 428), line('DSK-85', '接头渗水', 2, 1000)],
    repairs: 11,
    shortened: false,
    ...change,
  };
}
