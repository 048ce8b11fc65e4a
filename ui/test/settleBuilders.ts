/** What makers owe, wages and prices, as the core would show them (DOMAIN §6). */
import type { MemberMonth, MonthOfMember, PriceBooksView, SettlementRow, SettlementView, WagesView } from '@schemas';
import { at, card, NOW, owner, ran, text, tian } from './builders';
import { earned } from './moneyBuilders';

const DAY = 24 * 60;
const JOB = (n: number) => `01KAJ9Z000000000000000010${n}`;

export function claim(n: number, change: Partial<SettlementRow> = {}, of: Parameters<typeof card>[0] = {}): SettlementRow {
  return {
    card: card({ job: JOB(n), coverage: 'in_warranty', status: 'approved', finished_at: at(-60 * n), outcome: 'completed', ...of }),
    maker: '北岭',
    state: null,
    since: null,
    claimed: 0,
    accepted: null,
    deducted: 0,
    received: 0,
    due: 0,
    age_days: null,
    reason: '',
    reference: '',
    lines: [],
    proposed: [],
    more: [],
    lint: [],
    costs: { settlement: 21_000, customer: 38_500, parts: 4_700, parts_at_guide: 1_500, travel: 600, wages: 14_000, margin: 40_200 },
    next: ['draft', 'ready'],
    ...change,
  };
}

export function settlement(change: Partial<SettlementView> = {}): SettlementView {
  const offer = { quantity: 1000, fee: null };
  return {
    month: '2026-11',
    makers: [
      { maker: '北岭', jobs: 2, open: 1, claimed: 12_500, deducted: 0, received: 0, due: 12_500 },
      { maker: '云浣', jobs: 2, open: 1, claimed: 5_500, deducted: 500, received: 0, due: 5_000 },
    ],
    receivable: [
      { maker: '北岭', due: 12_500 },
      { maker: '云浣', due: 5_000 },
    ],
    ageing: { to_30: 12_500, to_60: 0, to_90: 5_000, older: 0 },
    rows: [
      claim(
        1,
        {
          proposed: [
            { ...offer, code: 'BL-AZ-01', name: '挂机安装', fen: 15_000, fee: 'F0000001' },
            { ...offer, code: 'BL-GK-01', name: '高空作业', fen: 6_000, fee: 'F0000002' },
          ],
          more: [{ ...offer, code: 'BL-KP-01', name: '空跑费', fen: 3_000 }],
        },
        { customer: '罗桂香', township: '城关镇', appliance: '北岭 KFR-35GW/BP3N1', maker_order: 'BL20261121001' },
      ),
      claim(
        2,
        {
          maker: '云浣',
          lint: [
            { code: 'proof_of_purchase_missing', text: text('缺购机凭证', 'No proof of purchase'), at: 'purchase', appliance: 'A0000001' },
            {
              code: 'old_part_not_sent',
              text: text('旧件未返厂,不能索赔', 'The old part is not on its way back: no claim'),
              at: 'parts',
              appliance: null,
            },
            { code: 'complaint_open', text: text('投诉未处理', 'A complaint is not handled'), at: 'follow_up', appliance: null },
          ],
          costs: { settlement: 5_500, customer: 0, parts: 0, parts_at_guide: 0, travel: 1_200, wages: 5_500, margin: -1_200 },
        },
        { customer: '邓小妹', township: '柳林镇', appliance: '云浣 XQG100-14', maker_order: 'YH20261121007' },
      ),
      claim(
        3,
        {
          state: 'submitted',
          since: at(-3 * DAY),
          claimed: 12_500,
          due: 12_500,
          age_days: 3,
          lines: [{ id: 'L0000001', maker: '北岭', code: 'BL-HF-02', name: '补焊加氟', quantity: 1000, fen: 12_500, adjusts: null }],
          next: ['accepted', 'deducted', 'rejected'],
        },
        { customer: '覃大勇', township: '双河口镇', appliance: '北岭 KFR-35GW', maker_order: 'BL20261118014' },
      ),
      claim(
        4,
        {
          maker: '云浣',
          state: 'deducted',
          since: at(-20 * DAY),
          claimed: 5_500,
          deducted: 500,
          due: 5_000,
          age_days: 64,
          reason: '照片不清',
          reference: 'YH-11-0087',
          lines: [{ id: 'L0000002', maker: '云浣', code: 'YH-PSB', name: '换排水泵', quantity: 1000, fen: 5_500, adjusts: null }],
          next: ['paid'],
        },
        { customer: '向明', township: '新集镇', appliance: '云浣 XQG80-10', maker_order: 'YH20261102003' },
      ),
    ],
    page: 0,
    pages: 1,
    priced: true,
    km: 0,
    now: NOW,
    ...change,
  };
}

const member = (of: MemberMonth['member'], change: Partial<MemberMonth> = {}): MemberMonth => ({
  member: of,
  jobs: 42,
  bonus: 0,
  deducted: 0,
  advanced: 0,
  paid: 0,
  asked: [],
  ...change,
});

export function memberMonth(change: Partial<MonthOfMember> = {}): MonthOfMember {
  return {
    member: ran,
    earned: earned(),
    lines: [
      { id: 'W0000001', kind: 'bonus', fen: 5_000, reason: '一次就好', job: null, at: at(-2 * DAY) },
      { id: 'W0000002', kind: 'deduction', fen: -500, reason: '照片不全', job: null, at: at(-DAY) },
    ],
    total: 24_500,
    left: 24_500,
    ...change,
  };
}

export function wages(change: Partial<WagesView> = {}): WagesView {
  return {
    month: '2026-11',
    members: [
      member(ran, {
        bonus: 5_000,
        deducted: 500,
        asked: [{ id: 'K0000009', fen: 50_000, note: '看病', at: at(-90) }],
      }),
      member(tian, { jobs: 38, paid: 200_000 }),
      member(owner, { jobs: 3 }),
    ],
    shown: null,
    deductions: [
      { code: 'photo_missing', name: text('照片不全', 'Photos missing'), usual: 500 },
      { code: 'revisit', name: text('二次上门', 'Revisit'), usual: 2_000 },
      { code: 'damage', name: text('损坏用户物品', 'Damage at the customer’s'), usual: 0 },
    ],
    rates: [
      { code: 'install_wall_unit', name: text('挂机安装', 'Wall unit installation'), fen: 9_000 },
      { code: 'element', name: text('换加热管', 'Heating element'), fen: 3_500 },
      { code: 'job_other', name: text('上门', 'Any visit'), fen: 2_000 },
    ],
    version: '2026-11-2',
    now: NOW,
    ...change,
  };
}

export function priceBooks(change: Partial<PriceBooksView> = {}): PriceBooksView {
  const item = { kind: 'labour', unit: 'each' } as const;
  return {
    sets: [
      { kind: 'prices', version: '2026-11-2', from: null, stands: 'in_force' },
      { kind: 'surcharges', version: '2026-11-1', from: null, stands: 'in_force' },
      { kind: 'settlement', version: '北岭、云浣 2026', from: at(-20 * DAY), stands: 'in_force' },
      { kind: 'settlement', version: '北岭、云浣 2027', from: at(41 * DAY), stands: 'to_come' },
      { kind: 'pieces', version: '2026-11-2', from: null, stands: 'in_force' },
    ],
    books: [
      {
        book: 'project',
        name: text('工程价', 'Projects'),
        segments: ['project'],
        regions: [],
        rows: [{ ...item, code: 'install_wall_unit', name: text('挂机安装（工程）', 'Wall unit, project'), guide: 18_000, makers: [] }],
      },
      {
        book: 'standard',
        name: text('标准价', 'Standard'),
        segments: [],
        regions: [],
        rows: [
          {
            ...item,
            code: 'weld_and_charge',
            name: text('补焊加氟', 'Weld and charge'),
            guide: 20_500,
            makers: [{ maker: '北岭', code: 'BL-HF-02', settlement: 12_500, permille: 1_640, above: true }],
          },
          {
            ...item,
            code: 'install_wall_unit',
            name: text('挂机安装', 'Wall unit installation'),
            guide: 20_000,
            makers: [{ maker: '北岭', code: 'BL-AZ-01', settlement: 15_000, permille: 1_333, above: false }],
          },
          {
            ...item,
            code: 'labour_drain_pump',
            name: text('换排水泵', 'Drain pump'),
            guide: 8_800,
            makers: [{ maker: '云浣', code: 'YH-PSB', settlement: 5_500, permille: 1_600, above: false }],
          },
          { ...item, code: 'labour_strips', name: text('换灯条', 'Backlight strips'), guide: 15_000, makers: [] },
        ],
      },
    ],
    now: NOW,
    ...change,
  };
}
