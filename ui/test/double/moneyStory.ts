/** 费用 of a job in memory: the lines of 彭秀兰's repair, and as much of the core's sums as the page shows. */
import type { CoverageView, FeeLine, FeeOffer, FeeProblem, FeesView, JobView, PaymentLine, SheetFact, Text } from '@schemas';
import { ran, text } from '../builders';
import { DataStory } from './dataStory';

const A = 'A0000001';

const offer = (code: string, name: Text, kind: FeeOffer['kind'], fen: number, change: Partial<FeeOffer> = {}): FeeOffer => ({
  appliance: kind === 'visit' || code === 'km' ? null : A,
  kind,
  code,
  name,
  unit: 'each',
  quantity: 1000,
  unit_fen: fen,
  share: 1000,
  amount_fen: fen,
  payer: 'customer',
  part: null,
  ...change,
});

/** 30 + 80 + 95 + 45 + 10 = 260. */
const PROPOSED: FeeOffer[] = [
  offer('visit', text('上门费', 'Visit'), 'visit', 3000),
  offer('element', text('换加热管', 'Change the element'), 'labour', 8000),
  offer('AQ-RG-2000', text('加热管', 'Element'), 'part', 9500, { unit: null, part: 'X0000101' }),
  offer('AQ-MB-M6', text('镁棒', 'Anode rod'), 'part', 4500, { unit: null, part: 'X0000102' }),
  offer('AQ-MF-63', text('密封圈', 'Seal'), 'part', 1000, { unit: null, part: 'X0000103' }),
];
const OFFERS: FeeOffer[] = [
  offer('descale', text('除垢', 'Descale'), 'labour', 6000, { share: 500, amount_fen: 3000 }),
  offer('diagnose', text('检测费', 'Diagnosis'), 'diagnosis', 3000),
  offer('pipe', text('加长连接管', 'Longer pipe'), 'material', 11_000, { unit: 'metre' }),
  offer('bracket', text('支架', 'Bracket'), 'material', 12_000),
  offer('hole', text('打孔', 'Hole'), 'surcharge', 6000, { unit: 'hole' }),
  offer('km', text('远途', 'Long way'), 'surcharge', 150, { unit: 'km' }),
  offer('height', text('高空作业', 'Work at height'), 'surcharge', 10_000),
];

const PROBLEMS: Record<string, Text> = {
  above_guide_no_reason: text('高于指导价未写原因', 'Above the guide price without a reason'),
  above_guide_unapproved: text('高于指导价未经老板同意', 'Above the guide price without the owner’s word'),
  part_not_billed: text('用了配件未收费也未写原因', 'A part was used, not billed, and nobody said why'),
  no_guide_price: text('价目表没有这一项', 'The price book has no such item'),
};
const yuan = (fen: number) => (fen / 100).toFixed(2);

export abstract class MoneyStory extends DataStory {
  /** The outlet's own code, once an owner said it. */
  collectionSvg: string | null = null;
  protected abstract view: JobView;
  fees: FeeLine[] = [];
  payments: PaymentLine[] = [];
  invoice = { title: '', tax_number: '', mail: '' };
  coverage: CoverageView[] = [
    {
      appliance: A,
      name: '安泉 DSK-85',
      ordered: 'out_of_warranty',
      judged: 'out_of_warranty',
      until: '2025-06-11',
      reason: text('发票 2019-06-12 起 72 个月，至 2025-06-11：已过保', 'Invoice 2019-06-12, 72 months, until 2025-06-11: over'),
    },
  ];
  /** Somebody may still add lines; money may be taken after that as well. */
  mayCharge = true;
  mayTakeMoney = true;
  /** Reasons given for lines above guide. */
  private readonly explained = new Set<string>();

  /** A fact that is about money. */
  protected noteMoney(id: string, fact: SheetFact): void {
    const by = { by: ran.name, at: Date.now() };
    if (fact.fact === 'fee') {
      const sum = Math.round((fact.unit_fen * fact.quantity * fact.share) / 1_000_000);
      const guide = fact.guide_fen === null ? null : Math.round((fact.guide_fen * fact.quantity * fact.share) / 1_000_000);
      const line = { above_guide_fen: 0, waiting_fen: 0, off: null, guide_fen: guide, amount_fen: sum };
      const { appliance, kind, payer, code, name, quantity, unit_fen, share, adjusts, quote, reason } = fact;
      this.fees = [
        ...this.fees,
        { id, appliance, kind, payer, code, name, quantity, unit_fen, share, adjusts, quote, reason, ...line, ...by },
      ];
      this.judge(id, /^\d{6}$/.test(fact.spoken_code));
    }
    if (fact.fact === 'payment') {
      const { fen, way, paid_for, reference } = fact;
      this.payments = [...this.payments, { id, fen, way, paid_for, reference, ...by }];
    }
    if (fact.fact === 'invoice') this.invoice = { title: fact.title, tax_number: fact.tax_number, mail: fact.mail };
    if (fact.fact === 'reason' && fact.subject) this.explained.add(fact.subject);
    this.view.card.billed_fen = this.sum('customer');
  }

  private judge(id: string, granted: boolean): void {
    const written = this.fees.find((line) => line.id === id);
    const root = this.fees.find((line) => line.id === (written?.adjusts ?? id));
    if (!root || root.guide_fen === null) return;
    const net = this.fees.filter((line) => line === root || line.adjusts === root.id).reduce((sum, line) => sum + line.amount_fen, 0);
    root.above_guide_fen = Math.max(0, net - root.guide_fen);
    root.waiting_fen = granted ? 0 : root.above_guide_fen;
  }

  private readonly sum = (payer: FeeLine['payer']) =>
    this.fees.filter((line) => line.off === null && line.payer === payer).reduce((sum, line) => sum + line.amount_fen, 0);

  private problems(): FeeProblem[] {
    const of = (code: string, line: string | null, part: string | null = null) => ({
      code,
      text: PROBLEMS[code] ?? text(code),
      line,
      part,
    });
    return this.fees.flatMap((line) => [
      ...(line.above_guide_fen > 0 && line.reason === '' && !this.explained.has(line.id) ? [of('above_guide_no_reason', line.id)] : []),
      ...(line.waiting_fen > 0 ? [of('above_guide_unapproved', line.id)] : []),
    ]);
  }

  do_fees(): FeesView {
    const left = (offers: FeeOffer[]) => offers.filter((each) => !this.fees.some((line) => line.code === each.code));
    const waiting = this.fees.reduce((sum, line) => sum + line.waiting_fen, 0);
    const customer = this.sum('customer');
    const of = (...what: PaymentLine['paid_for'][]) =>
      this.payments.filter((line) => what.includes(line.paid_for)).reduce((sum, line) => sum + line.fen, 0);
    const owed = customer - waiting - of('work', 'refund');
    return {
      job: this.view.card.job,
      coverage: this.coverage,
      lines: this.fees,
      proposed: left(PROPOSED),
      offers: left(OFFERS),
      payments: this.payments,
      sums: {
        customer,
        maker: this.sum('maker'),
        outlet: this.sum('outlet'),
        insurer: this.sum('insurer'),
        above_guide: this.fees.reduce((sum, line) => sum + line.above_guide_fen, 0),
        waiting,
        collect: customer - waiting,
        owed,
        deposits: of('deposit', 'deposit_back'),
      },
      problems: this.problems(),
      invoice: this.invoice,
      collection:
        owed > 0
          ? text(
              `请扫网点收款码付款：柘川县城关网点，金额 ¥${yuan(owed)}。请勿转给师傅个人。`,
              `Please pay ¥${yuan(owed)} to 柘川县城关网点 by the outlet's code, not to the technician.`,
            )
          : null,
      collection_svg: owed > 0 ? this.collectionSvg : null,
      may_charge: this.mayCharge,
      may_take_money: this.mayTakeMoney,
      now: Date.now(),
    };
  }
}
