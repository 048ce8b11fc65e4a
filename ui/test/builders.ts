/** Views as the core would show them, for tests and for the test double; each builder takes what the story is about. */
import type {
  ApplianceView, DayFigures, DayReview, DeviceView, JobCard, JobView, MemberView, PhotoView, ReadingRow, RecordView, SessionView, SyncChip,
  SyncView, TeamView, Text,
} from '@schemas';

export const NOW = Date.UTC(2026, 10, 21, 5, 42);
const MINUTE = 60_000;
export const at = (minutes: number) => NOW + minutes * MINUTE;
export const text = (zh: string, en = zh): Text => ({ zh, en });

export const owner: MemberView = { id: '0000QJG1', name: '覃建国', roles: ['owner'], active: true };
export const ran: MemberView = { id: '0000RXJ2', name: '冉小军', roles: ['technician', 'installer'], active: true };
export const tian: MemberView = { id: '0000TY03', name: '田勇', roles: ['technician'], active: true };

export function session(change: Partial<SessionView> = {}): SessionView {
  return {
    enrolled: true, outlet: '柘川县城关网点', member: ran, owner: false, device: '7f3a09c2d81e4b56', device_name: '冉师傅的手机', relay: 'http://127.0.0.1:8470',
    language: 'zh', shell: null, no_network: false, key_in_file: true, version: '0.1.0', ...change,
  };
}

export function chip(change: Partial<SyncChip> = {}): SyncChip {
  return { state: 'synced', changes: 0, photos: 0, bytes: 0, stuck: 0, error: null, ...change };
}

export function card(change: Partial<JobCard> = {}): JobCard {
  return {
    job: '01KAJ9Z0000000000000000001', kind: 'repair', urgency: 'class2', customer: '王芳', phone: '13800001234', township: '柳河镇', address: '建设路 12 号 3-201',
    appliance_kind: 'instant_heater', appliance: '安泉 DSK-85', appliances: 1, symptom: '接头渗水，已断电关水', coverage: 'out_of_warranty', maker_order: 'AQ20261121-0087',
    window: null, arrive_by: at(38), taken_at: at(-22), status: 'accepted', arrived_at: null, finished_at: null, limit_minutes: 60, outcome: null, assignees: [ran],
    findings: [], parts_fen: 0, photos: 0, readings_done: 0, readings_required: 3, services_done: 0, unsent: 0, ...change,
  };
}

export function record(change: Partial<RecordView> = {}): RecordView {
  return {
    id: 'R0000001', found: { state: 'choice', option: 'right' }, method: null, instrument: '', rectified: '', at: at(-5), by: '冉小军',
    verdict: { verdict: 'pass', class: null, text: text('可以继续', 'Go on') }, ...change,
  };
}

export function row(change: Partial<ReadingRow> = {}): ReadingRow {
  return {
    appliance: 'A0000001', code: 'socket_polarity', name: text('插座极性', 'Socket polarity'), phase: 'before_work', required: true,
    input: { input: 'choice', options: [{ code: 'right', label: text('左零右火上地', 'Right') }, { code: 'wrong', label: text('接反', 'Reversed') }, { code: 'no_earth', label: text('缺地', 'No earth') }] },
    methods: [], limit: text('左零右火上地', 'N left, L right, PE top'), place: text('验电器插进热水器用的插座看灯', 'Socket tester in the heater’s socket'),
    basis: text('GB 50303', 'GB 50303'), class: 'a', records: [], ...change,
  };
}

export function earthResistance(change: Partial<ReadingRow> = {}): ReadingRow {
  return row({
    code: 'earth_resistance', name: text('接地电阻', 'Earth resistance'), input: { input: 'number', unit: 'Ω', decimals: 1 },
    methods: [{ code: 'three_pole', label: text('三极法', 'Three-pole') }, { code: 'loop', label: text('环路', 'Loop') }, { code: 'clamp', label: text('钳表', 'Clamp') }],
    limit: text('≤ 4 Ω'), place: text('插座接地极对接地端', 'Socket earth to the earth terminal'), basis: text('厂家说明书', 'Maker’s manual'), ...change,
  });
}

export function rcdButton(change: Partial<ReadingRow> = {}): ReadingRow {
  return row({
    code: 'rcd_button', name: text('漏保试验按钮', 'RCD test button'), limit: text('按下跳闸', 'trips'), place: text('按漏电保护器上的试验按钮', 'Press the RCD’s test button'),
    input: { input: 'choice', options: [{ code: 'trips', label: text('跳闸', 'Trips') }, { code: 'no_trip', label: text('不跳', 'Does not trip') }] }, ...change,
  });
}

export function appliance(change: Partial<ApplianceView> = {}): ApplianceView {
  return {
    id: 'A0000001', kind: 'instant_heater', brand: '安泉', model: 'DSK-85', serial: '', symptom: '接头渗水', fault: '', cause: '', action: '',
    readings: [row(), earthResistance(), rcdButton()], ...change,
  };
}

export function photo(change: Partial<PhotoView> = {}): PhotoView {
  return {
    id: 'P0000001', photo: 'ab'.repeat(32), thumb: 'cd'.repeat(32), appliance: 'A0000001', stage: 'nameplate', width: 1600, height: 1200, bytes: 412_000, taken_at: at(-4), by: '冉小军',
    place: 'on_device', photo_here: true, thumb_here: true, ...change,
  };
}

export function job(change: Partial<JobView> = {}): JobView {
  const shown = change.card ?? card();
  return {
    card: shown, note: '先敲邻居门问水阀在哪', may_write: true, now: NOW,
    nodes: (['open', 'accepted', 'departed', 'arrived', 'card_shown', 'safety_checked', 'working', 'finished'] as const).map((kind, index) => ({ kind, at: index < 2 ? at(-20 + index) : null, by: index < 2 ? '覃建国' : '', derived: index > 3 })),
    next: { step: 'depart', blockers: [], outcomes: ['solved_by_phone'] },
    appliances: [appliance()],
    services: [
      { service: 'test_power', name: text('安全测电', 'Safety check'), script: text('我先测一下插座和地线，安全了再修。', 'I will check socket and earth first.'), state: 'missing', derived: true, reason: '' },
      { service: 'explain', name: text('讲解指导', 'Explain'), script: text('以后每月按一次漏保的试验按钮。', 'Press the RCD’s test button once a month.'), state: 'missing', derived: false, reason: '' },
      { service: 'maintain', name: text('维护保养', 'Maintain'), script: text('我顺手把进水滤网洗了。', 'I cleaned the inlet filter.'), state: 'missing', derived: false, reason: '' },
      { service: 'check_all', name: text('产品通检', 'General check'), script: text('家里别的电器要不要一起看看？', 'Shall I look at your other appliances?'), state: 'missing', derived: false, reason: '' },
      { service: 'clean_up', name: text('现场清理', 'Clean up'), script: text('垃圾我带走。', 'I take the waste along.'), state: 'missing', derived: true, reason: '' },
    ],
    parts: [], photos: [],
    part_offers: [
      { code: 'AQ-JT-01', name: text('进水接头', 'Inlet joint'), guide_fen: 2500 }, { code: 'AQ-MF-63', name: text('密封圈', 'Seal'), guide_fen: 1000 },
      { code: 'AQ-AQF-07', name: text('安全阀', 'Safety valve'), guide_fen: 2500 },
    ],
    slots: [
      { stage: 'nameplate', name: text('铭牌', 'Nameplate'), required: true, taken: 0 }, { stage: 'before', name: text('修前', 'Before'), required: false, taken: 0 },
      { stage: 'after', name: text('修后', 'After'), required: true, taken: 0 },
    ],
    service_card: {
      outlet: '柘川县城关网点', member: '冉小军', services: [text('安全测电', 'Safety check'), text('讲解指导', 'Explain'), text('维护保养', 'Maintain'), text('产品通检', 'General check'), text('现场清理', 'Clean up')],
      numbers: [{ label: text('网点电话', 'Outlet'), number: '13800001000' }, { label: text('消费者投诉', 'Consumer line'), number: '12315' }],
    },
    earlier: [card({ job: '01KAJ9Z0000000000000000009', status: 'finished', finished_at: at(-60 * 24 * 40), outcome: 'completed', symptom: '不加热', arrive_by: null, urgency: 'normal' })],
    history: [
      { at: at(-22), by: '覃建国', device: '11aa22bb33cc44dd', action: 'take_order', received: true }, { at: at(-20), by: '覃建国', device: '11aa22bb33cc44dd', action: 'assign', received: true },
    ],
    ...change,
  };
}

export function sync(change: Partial<SyncView> = {}): SyncView {
  return {
    chip: chip(), on_device: 9, on_relay: 6, on_owner: 5, photos: 16, photos_on_relay: 14, photo_bytes: 6_400_000, photo_bytes_on_relay: 5_600_000,
    waiting: [{ job: '01KAJ9Z0000000000000000001', customer: '王芳', changes: 3, bytes: 1900, photos: 2, photo_bytes: 412_000 }], incomplete: 0, stuck: [],
    attempts: [
      { at: at(-1), millis: 8200, bytes_up: 840, bytes_down: 0, sent: 0, received: 0, error: { code: 'relay_timeout', params: {}, detail: 'timeout' } },
      { at: at(-31), millis: 1400, bytes_up: 2140, bytes_down: 960, sent: 6, received: 2, error: null },
    ],
    last_success: at(-31), next_attempt: at(1), relay: 'http://127.0.0.1:8470', no_network: false, clock_offset_ms: 240, now: NOW, ...change,
  };
}

export function figures(change: Partial<DayFigures> = {}): DayFigures {
  return {
    due: 6, done: 4, open: 2, late: 1, on_time: { of: 5, good: 4 }, in_limit: { of: 4, good: 4 }, five_services: { of: 4, good: 3 }, readings: 14, readings_failed: 2, rectified: 1,
    refused: 1, hazards_remaining: 0, parts: 7, parts_fen: 30_850, photos: 19, ...change,
  };
}

export function device(change: Partial<DeviceView> = {}): DeviceView {
  return { device: '7f3a09c2d81e4b56', name: '冉师傅的手机', member: ran, status: 'active', this_device: false, seen_at: at(-61), changes: 3, photos: 2, photo_bytes: 824_000, ...change };
}

export function review(change: Partial<DayReview> = {}): DayReview {
  const id = (n: number) => `01KAJ9Z000000000000000000${n}`;
  return {
    day: '2026-11-21', start: Date.UTC(2026, 10, 20, 16), now: NOW, figures: figures(), yesterday: figures({ due: 24, done: 21, on_time: { of: 21, good: 18 } }),
    jobs: [
      card({ job: id(1), status: 'finished', arrived_at: at(-60), finished_at: at(-12), outcome: 'completed', findings: [{ code: 'rectified', params: {} }], parts_fen: 3500, photos: 3, readings_done: 3, services_done: 5 }),
      card({ job: id(2), customer: '罗桂香', township: '城关镇', address: '南门小区 3-1-502', kind: 'install', appliance_kind: 'air_conditioner', appliance: '北岭 KFR-35GW/BP3N1', appliances: 1, urgency: 'normal', symptom: '', status: 'working', arrived_at: at(-46), limit_minutes: 120, window: { from: at(-60), to: at(60) }, coverage: 'in_warranty', arrive_by: null, assignees: [ran, tian] }),
      card({ job: id(3), customer: '田有福', township: '大湾乡', address: '三组', kind: 'install', appliance_kind: 'storage_heater', appliance: '安泉 ES60H-D3', urgency: 'normal', symptom: '', status: 'finished', arrived_at: at(-200), finished_at: at(-170), outcome: 'refused_unsafe', findings: [{ code: 'reading_failed', params: {} }, { code: 'refused', params: {} }], assignees: [tian], arrive_by: null }),
      card({ job: id(4), customer: '邓小妹', township: '柳林镇', address: '卫生院宿舍', appliance_kind: 'washing_machine', appliance: '云浣 XQG100-14', urgency: 'normal', symptom: '不排水', status: 'finished', arrived_at: at(-260), finished_at: at(-220), outcome: 'completed', findings: [{ code: 'service_missing', params: {} }], parts_fen: 6800, coverage: 'in_warranty', assignees: [tian], arrive_by: null }),
      card({ job: id(5), customer: '赵桂兰', township: '石桥村', address: '村委会东 50 米', appliance_kind: 'storage_heater', appliance: '', urgency: 'normal', symptom: '送机，备用机待收回', status: 'open', window: { from: at(170), to: at(260) }, arrive_by: at(260), assignees: [] }),
    ],
    arrivals: Array.from({ length: 24 }, (_, hour) => [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 2, 1, 2, 1][hour] ?? 0),
    members: [{ member: ran, jobs: 3, done: 2, on_time: { of: 3, good: 3 } }, { member: tian, jobs: 2, done: 2, on_time: { of: 2, good: 1 } }],
    not_arrived: [device()], ...change,
  };
}

export function team(change: Partial<TeamView> = {}): TeamView {
  return {
    members: [owner, ran, tian],
    devices: [device(), device({ device: '11aa22bb33cc44dd', name: '店里电脑', member: owner, this_device: true, changes: 0, photos: 0, photo_bytes: 0, seen_at: at(-1) }), device({ device: '99ee22bb33cc44dd', name: '田师傅旧手机', member: tian, status: 'lost', changes: 0, photos: 0 })],
    ...change,
  };
}
