/** Tables and callers in memory: one file with a row of each state, and a customer who is known. */
import type {
  CallView,
  ExportOrders,
  ExportTable,
  HearCall,
  ImportDone,
  ImportOrders,
  ImportPlan,
  ImportUndone,
  ImportView,
  PlannedRow,
  ReadImport,
  TableMade,
} from '@schemas';
import { card, text } from '../builders';
import { PartListStory } from './partListStory';

function row(change: Partial<PlannedRow>): PlannedRow {
  return {
    row: 3,
    state: 'ready',
    notes: [],
    like: null,
    customer: '罗桂香',
    phone: '13800001001',
    township: '城关镇',
    address: '城关镇南门小区3-1-502',
    kind: 'repair',
    appliance_kind: 'air_conditioner',
    appliance: '北岭 KFR-35GW/BP3N1',
    serial: 'BL35A0001',
    symptom: '不制冷',
    window: { from: 1_795_327_200_000, to: 1_795_334_400_000 },
    coverage: 'out_of_warranty',
    maker_order: 'CG2026112101',
    ...change,
  };
}

const rows = (): PlannedRow[] => [
  row({ notes: [{ code: 'two_hours', column: 'window', text: '2026-11-22 14:00', row: null }] }),
  row({ row: 4, customer: '彭秀兰', phone: '13800001003', address: '石桥铺镇老街27号', township: '石桥铺镇', symptom: '跳闸' }),
  row({ row: 5, state: 'wrong', customer: '覃大勇', phone: '没有', notes: [{ code: 'phone', column: 'phone', text: '没有', row: null }] }),
  row({ row: 6, state: 'here', notes: [{ code: 'same_row', column: null, text: '', row: 3 }] }),
  row({
    row: 7,
    state: 'alike',
    customer: '王芳',
    like: '01KAJ9Z0000000000000000001',
    notes: [{ code: 'alike_job', column: null, text: '王芳', row: null }],
  }),
];

export abstract class TableStory extends PartListStory {
  imported: ImportView[] = [];

  do_read_import({ columns, sheet }: ReadImport): ImportPlan {
    const named = columns ?? ['name', 'phone', 'address', 'appliance', 'symptom', 'window', 'maker_order', null];
    return {
      sheets: ['派工', '旧单'],
      sheet,
      head: ['*客户姓名', '联系电话', '详细地址', '品类', '故障现象', '预约时间', '厂家工单号', '下单人'],
      columns: named,
      samples: [
        ['罗桂香', '彭秀兰'],
        ['13800001001'],
        ['城关镇南门小区3-1-502'],
        ['挂机空调'],
        ['不制冷'],
        ['2026-11-22 14:00'],
        ['CG2026112101'],
        ['小陈'],
      ],
      remembered: false,
      lacking: (['name', 'phone', 'address'] as const).filter((each) => !named.includes(each)),
      ready: 2,
      alike: 1,
      here: 1,
      wrong: 1,
      rows: rows(),
      before: this.imported[0] ?? null,
    };
  }

  do_import_orders({ name, anyway }: ImportOrders): ImportDone {
    const done: ImportDone = { import: 'a.1', taken: 2 + anyway.length, alike: 1 - anyway.length, here: 1, wrong: 1, stopped: false };
    this.imported = [{ import: 'a.1', name, at: Date.now(), orders: done.taken }, ...this.imported];
    return done;
  }

  do_imports = (): ImportView[] => this.imported;

  do_undo_import(): ImportUndone {
    this.imported = [];
    return { cancelled: 1, kept: 1, kept_names: ['彭秀兰'], stopped: false };
  }

  do_export_orders({ format, bytes }: ExportOrders): TableMade {
    const name = `工单-2026-11-21.${format}`;
    return { name, path: `/上门/${name}`, kilobytes: 12, rows: 9, mime: 'text/csv', base64: bytes ? btoa('1') : null };
  }

  do_export_table({ what, format, bytes }: ExportTable): TableMade {
    const name = `${what.what}-2026-11-21.${format}`;
    return { name, path: `/上门/${name}`, kilobytes: 12, rows: 9, mime: 'text/csv', base64: bytes ? btoa('1') : null };
  }

  do_hear_call({ phone, serial, symptom, urgency }: HearCall): CallView {
    const known = phone.replace(/\D/g, '').endsWith('1234') || serial === 'AQ85-0001';
    const gas = symptom.includes('煤气味');
    return {
      jobs: known ? [card({ outcome: 'completed', status: 'finished' })] : [],
      more: false,
      machines: known
        ? [
            {
              kind: 'instant_heater',
              brand: '安泉',
              model: 'DSK-85',
              serial: 'AQ85-0001',
              coverage: 'in_warranty',
              reason: text('发票 2025-03-02，整机 3 年', 'invoice of 2025-03-02, 3 years'),
              named: serial === 'AQ85-0001',
            },
          ]
        : [],
      urgency: gas ? 'class1' : urgency,
      scripts: gas
        ? [
            {
              code: 'gas',
              numbers: [{ label: text('消防', 'Fire brigade'), number: '119' }],
              name: text('燃气味、燃气泄漏', 'Smell of gas'),
              steps: [text('先关燃气总阀。', 'Close the main gas valve.'), text('把门窗打开。', 'Open doors and windows.')],
              never: [text('不要开关任何电灯、电器。', "Don't touch any switch.")],
              call_first: [text('燃气公司抢修', "The gas company's emergency service")],
              send_after: text('燃气公司说安全了，才能派人。', 'Send somebody only after the gas company says it is safe.'),
            },
          ]
        : [],
      arrive_by: Date.now() + 86_400_000,
    };
  }
}
