/** Views as the core would show them, for tests and for the test double; each builder takes what the story is about. */
import type { ApplianceView, HistoryLine, JobCard, JobView, MemberView, PhotoView, ReadingRow, RecordView, Text } from '@schemas';

export const NOW = Date.UTC(2026, 10, 21, 5, 42);
const MINUTE = 60_000;
export const at = (minutes: number) => NOW + minutes * MINUTE;
export const text = (zh: string, en = zh): Text => ({ zh, en });

export const owner: MemberView = { id: '0000QJG1', name: '覃建国', roles: ['owner'], active: true };
export const ran: MemberView = { id: '0000RXJ2', name: '冉小军', roles: ['technician', 'installer'], active: true };
export const tian: MemberView = { id: '0000TY03', name: '田勇', roles: ['technician'], active: true };

export function card(change: Partial<JobCard> = {}): JobCard {
  return {
    job: '01KAJ9Z0000000000000000001',
    kind: 'repair',
    urgency: 'class2',
    customer: '王芳',
    phone: '13800001234',
    township: '柳河镇',
    address: '建设路 12 号 3-201',
    appliance_kind: 'instant_heater',
    appliance: '安泉 DSK-85',
    appliances: 1,
    symptom: '接头渗水，已断电关水',
    coverage: 'out_of_warranty',
    maker_order: 'AQ20261121-0087',
    window: null,
    arrive_by: at(38),
    taken_at: at(-22),
    status: 'accepted',
    arrived_at: null,
    finished_at: null,
    limit_minutes: 60,
    outcome: null,
    assignees: [ran],
    findings: [],
    parts_fen: 0,
    billed_fen: 0,
    photos: 0,
    readings_done: 0,
    readings_required: 3,
    services_done: 0,
    unsent: 0,
    ...change,
  };
}

export function record(change: Partial<RecordView> = {}): RecordView {
  return {
    id: 'R0000001',
    found: { state: 'choice', option: 'right' },
    method: null,
    instrument: '',
    rectified: '',
    at: at(-5),
    by: '冉小军',
    verdict: { verdict: 'pass', class: null, reason: text('左零右火上地', 'right'), text: text('可以继续', 'Go on') },
    ...change,
  };
}

export function row(change: Partial<ReadingRow> = {}): ReadingRow {
  return {
    appliance: 'A0000001',
    code: 'socket_polarity',
    name: text('插座极性', 'Socket polarity'),
    phase: 'before_work',
    required: true,
    input: {
      input: 'choice',
      options: [
        { code: 'right', label: text('左零右火上地', 'Right') },
        { code: 'wrong', label: text('接反', 'Reversed') },
        { code: 'no_earth', label: text('缺地', 'No earth') },
      ],
    },
    methods: [],
    limit: text('左零右火上地', 'N left, L right, PE top'),
    place: text('验电器插进热水器用的插座看灯', 'Socket tester in the heater’s socket'),
    basis: text('GB 50303', 'GB 50303'),
    class: 'a',
    fixes: [text('重新接好端子', 'Terminal tightened'), text('换了电线', 'Wire replaced'), text('换了插座', 'Socket replaced')],
    mended_by_repair: false,
    records: [],
    ...change,
  };
}

export function earthResistance(change: Partial<ReadingRow> = {}): ReadingRow {
  return row({
    code: 'earth_resistance',
    name: text('接地电阻', 'Earth resistance'),
    input: { input: 'number', unit: 'Ω', decimals: 1 },
    methods: [
      { code: 'three_pole', label: text('三极法', 'Three-pole') },
      { code: 'loop', label: text('环路', 'Loop') },
      { code: 'clamp', label: text('钳表', 'Clamp') },
    ],
    limit: text('≤ 4 Ω'),
    place: text('插座接地极对接地端', 'Socket earth to the earth terminal'),
    basis: text('厂家说明书', 'Maker’s manual'),
    ...change,
  });
}

export function rcdButton(change: Partial<ReadingRow> = {}): ReadingRow {
  return row({
    code: 'rcd_button',
    name: text('漏保试验按钮', 'RCD test button'),
    limit: text('按下跳闸', 'trips'),
    place: text('按漏电保护器上的试验按钮', 'Press the RCD’s test button'),
    fixes: [text('换了漏保', 'RCD replaced')],
    input: {
      input: 'choice',
      options: [
        { code: 'trips', label: text('跳闸', 'Trips') },
        { code: 'no_trip', label: text('不跳', 'Does not trip') },
      ],
    },
    ...change,
  });
}

export function appliance(change: Partial<ApplianceView> = {}): ApplianceView {
  return {
    id: 'A0000001',
    kind: 'instant_heater',
    brand: '安泉',
    model: 'DSK-85',
    serial: '',
    symptom: '接头渗水',
    fault: '',
    cause: '',
    action: '',
    plate: {},
    readings: [row(), earthResistance(), rcdButton()],
    slots: [
      { stage: 'nameplate', name: text('铭牌', 'Nameplate'), required: true, taken: 0 },
      { stage: 'before', name: text('修前', 'Before'), required: false, taken: 0 },
      { stage: 'after', name: text('修后', 'After'), required: true, taken: 0 },
    ],
    part_offers: [
      { code: 'AQ-JT-01', name: text('进水接头', 'Inlet joint'), guide_fen: 2500, likely: true },
      { code: 'AQ-MF-63', name: text('密封圈', 'Seal'), guide_fen: 1000, likely: true },
      { code: 'AQ-AQF-07', name: text('安全阀', 'Safety valve'), guide_fen: 2500, likely: false },
    ],
    likely: ['ih_joint_leaks', 'ih_no_heat'],
    last: null,
    next_photo: null,
    ...change,
  };
}

export function photo(change: Partial<PhotoView> = {}): PhotoView {
  return {
    id: 'P0000001',
    photo: 'ab'.repeat(32),
    thumb: 'cd'.repeat(32),
    appliance: 'A0000001',
    stage: 'nameplate',
    width: 1600,
    height: 1200,
    bytes: 412_000,
    taken_at: at(-4),
    by: '冉小军',
    place: 'on_device',
    photo_here: true,
    thumb_here: true,
    caption: '',
    retaken: false,
    drawn_on: null,
    ...change,
  };
}

export function job(change: Partial<JobView> = {}): JobView {
  const shown = change.card ?? card();
  return {
    card: shown,
    note: '先敲邻居门问水阀在哪',
    may_write: true,
    now: NOW,
    nodes: (['open', 'accepted', 'departed', 'arrived', 'card_shown', 'safety_checked', 'working', 'finished'] as const).map(
      (kind, index) => ({ kind, at: index < 2 ? at(-20 + index) : null, by: index < 2 ? '覃建国' : '', derived: index > 3, entered: null }),
    ),
    next: { step: 'depart', before_going: [], blockers: [], outcomes: ['solved_by_phone'], others: [] },
    appliances: [appliance()],
    loaners: [],
    bench: [{ appliance: 'A0000001', diagnosis: null, quote: null }],
    services: [
      {
        service: 'test_power',
        name: text('安全测电', 'Safety check'),
        script: text('我先测一下插座和地线，安全了再修。', 'I will check socket and earth first.'),
        state: 'missing',
        derived: true,
        reason: '',
      },
      {
        service: 'explain',
        name: text('讲解指导', 'Explain'),
        script: text('以后每月按一次漏保的试验按钮。', 'Press the RCD’s test button once a month.'),
        state: 'missing',
        derived: false,
        reason: '',
      },
      {
        service: 'maintain',
        name: text('维护保养', 'Maintain'),
        script: text('我顺手把进水滤网洗了。', 'I cleaned the inlet filter.'),
        state: 'missing',
        derived: false,
        reason: '',
      },
      {
        service: 'check_all',
        name: text('产品通检', 'General check'),
        script: text('家里别的电器要不要一起看看？', 'Shall I look at your other appliances?'),
        state: 'missing',
        derived: false,
        reason: '',
      },
      {
        service: 'clean_up',
        name: text('现场清理', 'Clean up'),
        script: text('垃圾我带走。', 'I take the waste along.'),
        state: 'missing',
        derived: true,
        reason: '',
      },
    ],
    parts: [],
    photos: [],
    noted: {
      charges: [],
      old_parts: [],
      hazards: [],
      crew: [],
      serials: [],
      remarks: [],
      mates: [tian],
      old_part_due: at(14 * 24 * 60),
      recheck: at(7 * 24 * 60),
    },
    take_along: {
      parts: [
        { code: 'AQ-MF-63', name: text('密封圈', 'Seal'), carried: 2 },
        { code: 'AQ-JT-01', name: text('进水接头', 'Inlet joint'), carried: 0 },
      ],
      tools: [text('管钳', 'Pipe wrench')],
    },
    scripts: [],
    clock: null,
    service_card: {
      outlet: '柘川县城关网点',
      member: '冉小军',
      services: [
        text('安全测电', 'Safety check'),
        text('讲解指导', 'Explain'),
        text('维护保养', 'Maintain'),
        text('产品通检', 'General check'),
        text('现场清理', 'Clean up'),
      ],
      numbers: [
        { label: text('网点电话', 'Outlet'), number: '13800001000' },
        { label: text('消费者投诉', 'Consumer line'), number: '12315' },
      ],
    },
    earlier: [
      card({
        job: '01KAJ9Z0000000000000000009',
        status: 'finished',
        finished_at: at(-60 * 24 * 40),
        outcome: 'completed',
        symptom: '不加热',
        arrive_by: null,
        urgency: 'normal',
      }),
    ],
    history: [
      { at: at(-22), by: '覃建国', device: '11aa22bb33cc44dd', action: 'take_order', id: '0011', undoable: false, received: true },
      { at: at(-20), by: '覃建国', device: '11aa22bb33cc44dd', action: 'assign', id: '0012', undoable: false, received: true },
    ],
    ...change,
  };
}

let deeds = 0;
/** What somebody has just done on a device, not on the relay yet. */
export const deed = (by: string, device: string, action: string): HistoryLine => {
  deeds += 1;
  const undoable = ['answer_service', 'assign', 'remove_part', 'undo', 'use_part', 'write_field'].includes(action);
  return { at: Date.now(), by, device, action, id: `d${deeds}`, undoable, received: false };
};
