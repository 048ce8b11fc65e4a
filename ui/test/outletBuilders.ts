/** The session, sync, day and team as the core would show them. */
import type {
  CallScript,
  DayFigures,
  DayMean,
  DayReview,
  DeviceView,
  PickLists,
  SessionView,
  SyncChip,
  SyncView,
  TeamView,
  KeyView,
  StorageView,
} from '@schemas';
import { at, card, NOW, owner, ran, text, tian } from './builders';

export function session(change: Partial<SessionView> = {}): SessionView {
  return {
    enrolled: true,
    sample: false,
    outlet: '柘川县城关网点',
    member: ran,
    owner: false,
    device: '7f3a09c2d81e4b56',
    device_name: '冉师傅的手机',
    relay: 'http://127.0.0.1:8470',
    language: 'zh',
    shell: null,
    no_network: false,
    wifi_only: false,
    photo_position: false,
    picture_side: 1600,
    pictures_stamped: false,
    collection: null,
    key_in_file: true,
    version: '0.1.0',
    ...change,
  };
}

export function chip(change: Partial<SyncChip> = {}): SyncChip {
  return { state: 'synced', changes: 0, photos: 0, bytes: 0, stuck: 0, error: null, ...change };
}

export function sync(change: Partial<SyncView> = {}): SyncView {
  return {
    chip: chip(),
    on_device: 9,
    on_relay: 6,
    on_owner: 5,
    backed_up: 5,
    photos: 16,
    photos_on_relay: 14,
    photo_bytes: 6_400_000,
    photo_bytes_on_relay: 5_600_000,
    refused_sets: [],
    waiting: [{ job: '01KAJ9Z0000000000000000001', customer: '王芳', changes: 3, bytes: 1900, photos: 2, photo_bytes: 412_000 }],
    carried: 0,
    incomplete: 0,
    stuck: [],
    attempts: [
      {
        at: at(-1),
        millis: 8200,
        bytes_up: 840,
        bytes_down: 0,
        sent: 0,
        received: 0,
        error: { code: 'relay_timeout', params: {}, detail: 'timeout' },
      },
      { at: at(-31), millis: 1400, bytes_up: 2140, bytes_down: 960, sent: 6, received: 2, error: null },
    ],
    last_success: at(-31),
    next_attempt: at(1),
    relay: 'http://127.0.0.1:8470',
    way: null,
    no_network: false,
    photos_wait: false,
    clock_offset_ms: 240,
    now: NOW,
    ...change,
  };
}

export function figures(change: Partial<DayFigures> = {}): DayFigures {
  return {
    due: 6,
    done: 4,
    open: 2,
    late: 1,
    on_time: { of: 5, good: 4 },
    in_limit: { of: 4, good: 4 },
    five_services: { of: 4, good: 3 },
    readings: 14,
    readings_failed: 2,
    rectified: 1,
    refused: 1,
    hazards_remaining: 0,
    parts: 7,
    parts_fen: 30_850,
    photos: 19,
    first_time_fix: { of: 4, good: 4 },
    missing_evidence: 0,
    billed_fen: 64_500,
    above_guide_fen: 0,
    compensation_fen: 0,
    parts_unbilled: 0,
    parts_unbilled_fen: 0,
    taken_fen: 64_500,
    not_handed_in_fen: 26_000,
    money: [],
    receivable: [],
    ...change,
  };
}

export const dayMean = (change: Partial<DayMean> = {}): DayMean => ({
  days: 6,
  due: 21_333,
  done: 19_200,
  open: 2_133,
  late: 1_000,
  on_time: { of: 46, good: 38 },
  in_limit: { of: 24, good: 24 },
  first_time_fix: { of: 24, good: 24 },
  five_services: { of: 24, good: 18 },
  readings: 14_000,
  readings_failed: 2_000,
  refused: 333,
  hazards_remaining: 0,
  missing_evidence: 0,
  parts_fen: 30_850,
  parts_unbilled_fen: 0,
  billed_fen: 64_500,
  above_guide_fen: 0,
  compensation_fen: 0,
  taken_fen: 55_800,
  not_handed_in_fen: 18_240,
  receivable_fen: 15_000,
  ...change,
});

export function device(change: Partial<DeviceView> = {}): DeviceView {
  return {
    device: '7f3a09c2d81e4b56',
    name: '冉师傅的手机',
    member: ran,
    status: 'active',
    this_device: false,
    seen_at: at(-61),
    changes: 3,
    photos: 2,
    photo_bytes: 824_000,
    ...change,
  };
}

export function review(change: Partial<DayReview> = {}): DayReview {
  const id = (n: number) => `01KAJ9Z000000000000000000${n}`;
  return {
    day: '2026-11-21',
    start: Date.UTC(2026, 10, 20, 16),
    now: NOW,
    figures: figures({
      money: [
        { member: ran.id, taken_fen: 38_500, in_hand_fen: 38_500, not_handed_in_fen: 26_000 },
        { member: tian.id, taken_fen: 26_000, in_hand_fen: 0, not_handed_in_fen: 0 },
      ],
    }),
    yesterday: figures({ due: 24, done: 21, on_time: { of: 21, good: 18 } }),
    week: [18, 22, 0, 20, 25, 19, 24].map((due) =>
      due === 24
        ? figures({ due, done: 21, on_time: { of: 21, good: 18 } })
        : figures({ due, done: Math.max(0, due - 2), taken_fen: due * 2_600 }),
    ),
    mean: dayMean(),
    standing: true,
    jobs: [
      card({
        job: id(1),
        status: 'finished',
        arrived_at: at(-60),
        finished_at: at(-12),
        outcome: 'completed',
        findings: [{ code: 'rectified', params: {} }],
        parts_fen: 3500,
        photos: 3,
        readings_done: 3,
        services_done: 5,
      }),
      card({
        job: id(2),
        customer: '罗桂香',
        township: '城关镇',
        address: '南门小区 3-1-502',
        kind: 'install',
        appliance_kind: 'air_conditioner',
        appliance: '北岭 KFR-35GW/BP3N1',
        appliances: 1,
        urgency: 'normal',
        symptom: '',
        status: 'working',
        arrived_at: at(-46),
        limit_minutes: 120,
        window: { from: at(-60), to: at(60) },
        coverage: 'in_warranty',
        arrive_by: null,
        assignees: [ran, tian],
      }),
      card({
        job: id(3),
        customer: '田有福',
        township: '大湾乡',
        address: '三组',
        kind: 'install',
        appliance_kind: 'storage_heater',
        appliance: '安泉 ES60H-D3',
        urgency: 'normal',
        symptom: '',
        status: 'finished',
        arrived_at: at(-200),
        finished_at: at(-170),
        outcome: 'refused_unsafe',
        findings: [
          { code: 'reading_failed', params: {} },
          { code: 'refused', params: {} },
        ],
        assignees: [tian],
        arrive_by: null,
      }),
      card({
        job: id(4),
        customer: '邓小妹',
        township: '柳林镇',
        address: '卫生院宿舍',
        appliance_kind: 'washing_machine',
        appliance: '云浣 XQG100-14',
        urgency: 'normal',
        symptom: '不排水',
        status: 'finished',
        arrived_at: at(-260),
        finished_at: at(-220),
        outcome: 'completed',
        findings: [{ code: 'service_missing', params: {} }],
        parts_fen: 6800,
        coverage: 'in_warranty',
        assignees: [tian],
        arrive_by: null,
      }),
      card({
        job: id(5),
        customer: '赵桂兰',
        township: '石桥村',
        address: '村委会东 50 米',
        appliance_kind: 'storage_heater',
        appliance: '',
        urgency: 'normal',
        symptom: '送机，备用机待收回',
        status: 'open',
        window: { from: at(170), to: at(260) },
        arrive_by: at(260),
        assignees: [],
      }),
    ],
    arrivals: Array.from({ length: 24 }, (_, hour) => [0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 2, 1, 2, 1][hour] ?? 0),
    members: [
      { member: ran, jobs: 3, done: 2, on_time: { of: 3, good: 3 } },
      { member: tian, jobs: 2, done: 2, on_time: { of: 2, good: 1 } },
    ],
    overruns: [{ job: id(4), reason: '配件不对，回店里换' }],
    to_draw: 2,
    sample: null,
    not_arrived: [device()],
    ...change,
  };
}

export function team(change: Partial<TeamView> = {}): TeamView {
  return {
    members: [owner, ran, tian],
    devices: [
      device(),
      device({
        device: '11aa22bb33cc44dd',
        name: '店里电脑',
        member: owner,
        this_device: true,
        changes: 0,
        photos: 0,
        photo_bytes: 0,
        seen_at: at(-1),
      }),
      device({ device: '5511aa22bb33cc44', name: '田师傅的新手机', member: tian, status: 'pending', seen_at: null, changes: 0, photos: 0 }),
      device({ device: '99ee22bb33cc44dd', name: '田师傅旧手机', member: tian, status: 'lost', changes: 0, photos: 0 }),
    ],
    ...change,
  };
}

export function storageView(change: Partial<StorageView> = {}): StorageView {
  return {
    database_kb: 5_400,
    photos_kb: 182_000,
    freeable_photos: 0,
    freeable_kb: 0,
    exports_kb: 0,
    copies_kb: 0,
    free_kb: 3_200_000,
    disk_low: false,
    checked: null,
    repaired: null,
    lost_photos: [],
    ...change,
  };
}

export function keyView(change: Partial<KeyView> = {}): KeyView {
  return { in_file: true, rotated_at: null, photos_resealed: null, recovery: null, ...change };
}

export const shockScript = (): CallScript => ({
  code: 'shock',
  name: text('触电、漏电', 'Electric shock'),
  steps: [
    text('先拉下家里的总闸，别碰热水器', 'Main breaker off, do not touch the heater'),
    text('人离开卫生间，擦干手脚', 'Leave the bathroom, dry yourself'),
  ],
  never: [text('不要碰水和金属管', 'Touch neither water nor metal pipes')],
  call_first: [text('急救（有人受伤时） 120', 'Ambulance (if somebody is hurt) 120')],
  numbers: [{ label: text('急救（有人受伤时）', 'Ambulance (if somebody is hurt)'), number: '120' }],
  send_after: null,
});

export const pickLists = (): PickLists => ({
  brands: ['安泉', '北岭', '凌越', '云浣', '旺泉', '晶视'],
  townships: [
    { name: '城关镇', far: false },
    { name: '柳河镇', far: false },
    { name: '大湾乡', far: true },
    { name: '双河口镇', far: true },
  ],
  faults: [
    {
      code: 'ih_joint_leaks',
      appliance: 'instant_heater',
      symptom: text('接头渗水', 'Joint leaks'),
      fault: text('进水接头漏', 'Inlet joint leaking'),
      pairs: [
        { cause: text('密封圈老化', 'Seal aged'), action: text('换密封圈', 'Replaced the seal') },
        { cause: text('接头滑丝', 'Thread stripped'), action: text('换进水接头', 'Replaced the joint') },
      ],
      tools: [text('管钳', 'Pipe wrench')],
    },
    {
      code: 'ih_no_heat',
      appliance: 'instant_heater',
      symptom: text('不加热', 'No heat'),
      fault: text('可控硅击穿', 'Triac shorted'),
      pairs: [{ cause: text('过热', 'Overheating'), action: text('板上换可控硅', 'Replaced the triac') }],
      tools: [],
    },
  ],
  scripts: [shockScript()],
});
