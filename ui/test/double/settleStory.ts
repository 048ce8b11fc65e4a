/** The desk's money in memory: steps of claims, lines of months, price files; each write can be undone by its name. */
import type {
  ClaimLines,
  ClaimProposed,
  DeskDone,
  Failure,
  FileMade,
  MakeStatement,
  MakeWageSheet,
  NoteWage,
  OneJob,
  PriceBooksView,
  Settle,
  SettlementOf,
  SettlementRow,
  SettlementView,
  SettleState,
  UndoDesk,
  WagesOf,
  WagesView,
} from '@schemas';
import { memberMonth, priceBooks, settlement, wages } from '../settleBuilders';
import { DeskStory } from './deskStory';

const FOLLOW: Record<SettleState, SettleState[]> = {
  draft: ['ready'],
  ready: ['submitted'],
  submitted: ['accepted', 'deducted', 'rejected'],
  accepted: ['paid'],
  deducted: ['paid'],
  rejected: ['ready'],
  paid: ['paid'],
};

export class SettleStory extends DeskStory {
  claims: SettlementView = settlement();
  pay: WagesView = wages();
  books: PriceBooksView = priceBooks();
  private month = memberMonth();
  private readonly before = new Map<string, () => void>();
  private writes = 0;

  protected wrote(count: number, back: () => void): DeskDone {
    const action = `S000000${++this.writes}`;
    this.before.set(action, back);
    return { action, count };
  }

  private changeRows(change: (row: SettlementRow) => SettlementRow): () => void {
    const { rows } = this.claims;
    this.claims = { ...this.claims, rows: rows.map(change) };
    return () => void (this.claims = { ...this.claims, rows });
  }

  do_settlement({ month, maker, page }: SettlementOf): SettlementView {
    if (month !== '' && month !== this.claims.month) return { ...this.claims, month, rows: [], makers: [] };
    return { ...this.claims, page, rows: this.claims.rows.filter((row) => maker === null || row.maker === maker) };
  }

  do_settle({ steps }: Settle): DeskDone | { failure: Failure } {
    const of = (row: SettlementRow) => steps.find((step) => step.job === row.card.job);
    const bare = this.claims.rows.find((row) => of(row)?.state === 'submitted' && row.lint.length > 0);
    if (bare) {
      const params = { customer: bare.card.customer, count: String(bare.lint.length) };
      return { failure: { code: 'settle_not_ready', params, detail: 'lint' } };
    }
    const back = this.changeRows((row) => {
      const step = of(row);
      if (!step) return row;
      const { state, fen, reason, reference } = step;
      const deducted = state === 'deducted' ? fen : row.deducted;
      const received = state === 'paid' ? row.received + (fen || row.due) : row.received;
      const due = ['submitted', 'accepted', 'deducted', 'paid'].includes(state) ? Math.max(0, row.claimed - deducted - received) : 0;
      return {
        ...row,
        state,
        deducted,
        received,
        due,
        reason: reason || row.reason,
        reference: reference || row.reference,
        next: FOLLOW[state],
      };
    });
    return this.wrote(steps.length, back);
  }

  private claimed(row: SettlementRow, lines: ClaimLines['lines'], maker: string): SettlementRow {
    const added = lines.map((line, n) => ({ ...line, id: `L00001${this.writes}${n}`, maker }));
    const codes = lines.map((line) => line.code);
    return {
      ...row,
      lines: [...row.lines, ...added],
      claimed: row.claimed + lines.reduce((sum, line) => sum + line.fen, 0),
      proposed: row.proposed.filter((offer) => !codes.includes(offer.code)),
      more: row.more.filter((offer) => !codes.includes(offer.code)),
      lint: row.lint.filter((line) => line.at !== 'lines'),
    };
  }

  do_claim_lines({ job, maker, lines }: ClaimLines): DeskDone {
    return this.wrote(
      lines.length,
      this.changeRows((row) => (row.card.job === job ? this.claimed(row, lines, maker) : row)),
    );
  }

  do_claim_proposed({ jobs }: ClaimProposed): DeskDone {
    const of = this.claims.rows.filter((row) => jobs.includes(row.card.job));
    const count = of.reduce((sum, row) => sum + row.proposed.length, 0);
    const lines = (row: SettlementRow) => row.proposed.map((offer) => ({ ...offer, adjusts: null }));
    const back = this.changeRows((row) => (of.includes(row) ? this.claimed(row, lines(row), row.maker) : row));
    return this.wrote(count, back);
  }

  do_job_claim = ({ job }: OneJob): SettlementRow | null => this.claims.rows.find((row) => row.card.job === job) ?? null;
  do_undo_desk({ action }: UndoDesk): null {
    this.before.get(action)?.();
    this.before.delete(action);
    return null;
  }

  do_make_statement({ maker, month, form }: MakeStatement): FileMade {
    return { path: `/下载/${month}-结算-${maker}.${form}`, kilobytes: 24 };
  }

  do_wages({ month, member }: WagesOf): WagesView {
    const of = this.pay.members.find((each) => each.member.id === member)?.member;
    const name = month || this.pay.month;
    if (name !== this.pay.month) return { ...this.pay, month: name, shown: null };
    const nothing = { lines: [], total: 0, left: 0, earned: { counted_fen: 0, waiting_fen: 0, pieces: [] } };
    const own = of?.id === this.month.member.id;
    return { ...this.pay, shown: of ? { ...this.month, member: of, ...(own ? {} : nothing) } : null };
  }

  do_note_wage({ kind, fen, reason, asked }: NoteWage): DeskDone {
    const [month, pay, waits] = [this.month, this.pay, this.turns];
    this.gone((each) => each.waits !== 'request' || each.asked.id !== asked);
    const sum = kind === 'bonus' ? fen : -fen;
    const line = { id: `W00001${this.writes}`, kind, fen: sum, reason, job: null, at: this.pay.now };
    const total = month.total + (kind === 'paid' ? 0 : sum);
    this.month = { ...month, lines: [...month.lines, line], total, left: month.left + sum };
    const members = pay.members.map((each) => ({ ...each, asked: each.asked.filter((wish) => wish.id !== asked) }));
    this.pay = { ...pay, members };
    return this.wrote(1, () => void ([this.month, this.pay, this.turns] = [month, pay, waits]));
  }

  do_make_wage_sheet({ month, form }: MakeWageSheet): FileMade {
    return { path: `/下载/${month}-工资-冉小军.${form}`, kilobytes: 18 };
  }

  do_price_books = (): PriceBooksView => this.books;
}
