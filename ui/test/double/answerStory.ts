/** A maker's answer in memory: one row of each outcome that wants a look, and one claim that it leaves out. */
import type { AnswerOutcome, AnswerPlan, AnswerRow, DeskDone, ReadAnswer, TakeAnswer } from '@schemas';
import { at } from '../builders';
import { SettingsStory } from './settingsStory';

const DAY = 24 * 60;

function row(n: number, outcome: AnswerOutcome, change: Partial<AnswerRow> = {}): AnswerRow {
  return {
    rows: [n],
    outcome,
    job: `01KAJ9Z00000000000000002${n.toString().padStart(2, '0')}`,
    by: 'maker_order',
    customer: '罗桂香',
    maker_order: `BL2026112100${n}`,
    serial: '',
    phone: '',
    finished: at(-n * DAY),
    claimed: 21_000,
    agreed: 21_000,
    reason: '',
    reference: 'P2611',
    ...change,
  };
}

const rows = (): AnswerRow[] => [
  row(2, 'more', { customer: '覃大勇', claimed: 12_500, agreed: 15_000 }),
  row(3, 'unknown', { job: null, by: null, customer: '', maker_order: 'BL20261109077', finished: null, claimed: 0, agreed: 5_000 }),
  row(4, 'refused', { customer: '彭秀兰', agreed: 0, reason: '购机凭证看不清', by: 'serial' }),
  row(5, 'less', { customer: '邓小妹', rows: [5, 6], claimed: 5_500, agreed: 5_000, reason: '照片不清' }),
  row(7, 'agreed'),
  row(8, 'done', { customer: '龚正平' }),
];
const taken = (outcome: AnswerOutcome) => ['agreed', 'less', 'refused'].includes(outcome);

export abstract class AnswerStory extends SettingsStory {
  private answered: string[] = [];

  do_read_answer({ maker, month, sheet, columns }: ReadAnswer): AnswerPlan {
    const named = columns ?? ['maker_order', null, 'agreed', 'verdict', 'reason', 'reference'];
    const shown = rows().map((each) => (each.job && this.answered.includes(each.job) ? { ...each, outcome: 'done' as const } : each));
    const outcomes = [...new Set(shown.map((each) => each.outcome))];
    const result = named.some((each) => each === 'agreed' || each === 'deducted' || each === 'verdict');
    return {
      month: month || '2026-11',
      maker,
      sheets: [''],
      sheet,
      head: ['厂家工单号', '申报金额', '核定金额', '审核结果', '原因', '结算批次'],
      columns: named,
      samples: [['BL20261121002'], ['125.00'], ['150.00'], ['通过', '驳回'], ['购机凭证看不清', '照片不清'], ['P2611']],
      remembered: false,
      lacking: result ? [] : ['agreed'],
      sums: outcomes.map((outcome) => {
        const of = shown.filter((each) => each.outcome === outcome);
        const sum = (fen: (row: AnswerRow) => number) => of.reduce((all, each) => all + fen(each), 0);
        return { outcome, count: of.length, claimed: sum((each) => each.claimed), agreed: sum((each) => each.agreed ?? 0) };
      }),
      rows: shown,
      missing: [
        {
          job: '01KAJ9Z0000000000000000299',
          customer: '谭记农家乐',
          maker_order: 'BL20261118003',
          finished: at(-3 * DAY),
          claimed: 38_000,
        },
      ],
      missing_count: 1,
      missing_fen: 38_000,
      before: this.answered.length > 0 ? at(0) : null,
    };
  }

  do_take_answer({ leave, anyway }: TakeAnswer): DeskDone {
    const of = rows().filter((each) => each.job && (taken(each.outcome) ? !leave.includes(each.job) : anyway.includes(each.job)));
    this.answered = of.map((each) => each.job as string);
    return this.wrote(of.length, () => void (this.answered = []));
  }
}
