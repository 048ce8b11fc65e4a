/** What a member earned and has, and what waits for the owner, as the core would show it (DOMAIN §6). */
import type { AskedLine, EarnedView, MineView, MonthView, OwnersTurns, PieceLine, TurnLine } from '@schemas';
import { at, card, NOW, ran, text, tian } from './builders';

const DAY = 24 * 60;
const JOB = (n: number) => `01KAJ9Z000000000000000000${n}`;

export function piece(change: Partial<PieceLine> = {}): PieceLine {
  return {
    job: JOB(1),
    customer: '彭秀兰',
    name: text('换加热管', 'Heating element replaced'),
    fen: 5_000,
    crew: 1,
    waits: null,
    ...change,
  };
}

export function earned(change: Partial<EarnedView> = {}): EarnedView {
  return {
    counted_fen: 20_000,
    waiting_fen: 18_050,
    pieces: [
      piece(),
      piece({ customer: '罗桂香', job: JOB(2), name: text('挂机安装', 'Wall unit installed'), fen: 15_000 }),
      piece({
        customer: '谭记农家乐',
        job: JOB(3),
        name: text('柜机安装', 'Floor unit installed'),
        fen: 9_000,
        crew: 2,
        waits: 'not_finished',
      }),
      piece({ customer: '邓小妹', job: JOB(4), name: text('换排水泵', 'Drain pump replaced'), fen: 5_500, waits: 'on_device' }),
      piece({ customer: '杨光荣', job: JOB(5), name: text('背光灯条', 'Back-light strips'), fen: 3_550, waits: 'refused' }),
    ],
    ...change,
  };
}

export function asked(change: Partial<AskedLine> = {}): AskedLine {
  return {
    id: 'K0000001',
    what: { asked: 'part', code: 'YH-PSB-30W', name: '排水泵', quantity: 1 },
    job: JOB(4),
    at: at(-120),
    note: '型号对着铭牌看过',
    step: null,
    answer: '',
    promised: at(20 * 60),
    late: false,
    ...change,
  };
}

export function mine(change: Partial<MineView> = {}): MineView {
  return {
    today: earned(),
    hand: { taken: 64_550, said_handed_in: 38_500, in_hand: 26_050 },
    stock: [
      { code: 'AQ-RG-2000', name: '加热管', quantity: 3 },
      { code: 'AQ-MF-63', name: '密封圈', quantity: 12 },
      { code: 'AQ-MB-M6', name: '镁棒', quantity: -1 },
      { code: '', name: '不锈钢波纹软管 1.5 米 四分加厚带螺帽', quantity: 2 },
    ],
    papers: [
      { kind: 'welding', number: 'T51342620110', expires: at(-6 * DAY), ends_soon: true, ended: true },
      { kind: 'work_at_height', number: 'T51342619880', expires: at(40 * DAY), ends_soon: true, ended: false },
      { kind: 'low_voltage', number: 'T51342618733', expires: at(700 * DAY), ends_soon: false, ended: false },
      { kind: 'gas_filing', number: '', expires: null, ends_soon: false, ended: false },
    ],
    instruments: [
      { instrument: '兆欧表 500 V', number: 'ZC-0312', due: at(120 * DAY), ended: false },
      { instrument: '万用表', number: '', due: at(-20 * DAY), ended: true },
      { instrument: '插座验电器', number: '', due: null, ended: false },
    ],
    grade: 'a',
    asked: [
      asked(),
      asked({
        id: 'K0000002',
        what: { asked: 'part', code: '', name: '灯条', quantity: 3 },
        note: '',
        at: at(-40 * 60),
        promised: at(-90),
        late: true,
      }),
      asked({ id: 'K0000003', what: { asked: 'part', code: 'AQ-AQF-07', name: '安全阀', quantity: 2 }, at: at(-50 * 60), step: 'arrived' }),
      asked({
        id: 'K0000006',
        what: { asked: 'part', code: 'BL-ZB-3512', name: '主板', quantity: 1 },
        note: '',
        at: at(-70 * 60),
        step: 'refused',
        answer: '先拉回来板上修',
        promised: null,
      }),
      asked({ id: 'K0000004', what: { asked: 'advance', fen: 50_000 }, job: null, note: '孩子学费', at: at(-3 * DAY), promised: null }),
      asked({ id: 'K0000005', what: { asked: 'hand_in', fen: 38_500 }, job: null, note: '', at: at(-18 * 60), promised: null }),
    ],
    now: NOW,
    ...change,
  };
}

export function month(change: Partial<MonthView> = {}): MonthView {
  return {
    month: '2026-11',
    earned: earned({ counted_fen: 412_000, waiting_fen: 18_050 }),
    entries: [
      { kind: 'bonus', fen: 20_000, reason: '十月五项服务最齐' },
      { kind: 'deduction', fen: -5_000, reason: '旧件晚交 3 天' },
      { kind: 'advance', fen: -50_000, reason: '孩子学费' },
    ],
    total_fen: 377_000,
    ...change,
  };
}

const request = (by: typeof ran, line: AskedLine): TurnLine => ({ by: by.name, at: line.at, waits: 'request', member: by.id, asked: line });

export function turns(change: Partial<OwnersTurns> = {}): OwnersTurns {
  const way = card({
    job: JOB(6),
    customer: '覃大勇',
    township: '双河口镇',
    address: '沿河路9号',
    appliance: '北岭 KFR-35GW',
    urgency: 'normal',
  });
  const direct = card({
    job: JOB(7),
    customer: '杨光荣',
    township: '高店子镇',
    address: '粮站旁',
    appliance: '晶视 65E3',
    appliance_kind: 'television',
    urgency: 'normal',
    symptom: '有声音没图像',
    assignees: [tian],
  });
  return {
    lines: [
      request(
        ran,
        asked({ what: { asked: 'advance', fen: 50_000 }, id: 'K0000004', job: null, note: '孩子学费', promised: null, at: at(-3 * DAY) }),
      ),
      request(
        tian,
        asked({
          id: 'K0000012',
          what: { asked: 'part', code: '', name: '灯条', quantity: 3 },
          step: 'ordered',
          promised: at(-90),
          late: true,
          note: '',
        }),
      ),
      request(ran, asked()),
      request(ran, asked({ what: { asked: 'hand_in', fen: 38_500 }, id: 'K0000005', job: null, note: '', promised: null, at: at(-100) })),
      request(
        tian,
        asked({
          what: { asked: 'note', text: '双河口桥断了，明天绕行' },
          id: 'K0000013',
          job: null,
          note: '',
          promised: null,
          at: at(-80),
        }),
      ),
      {
        by: ran.name,
        at: at(-60),
        waits: 'over_guide',
        card: way,
        fee: 'F0000001',
        name: '补焊加氟',
        fen: 24_550,
        guide_fen: 20_500,
        reason: '外机在五楼外墙，接管难',
      },
      { by: tian.name, at: at(-40), waits: 'walk_in', card: direct },
    ],
    now: NOW,
    ...change,
  };
}
