/** A member's own money and things, what waits for the owner, and texts, in memory. */
import type {
  AnswerSheet,
  Ask,
  AskedLine,
  AskTexts,
  DrawSample,
  Failure,
  JobTexts,
  MineView,
  NoteOnDesk,
  NoteOnOrder,
  OneMonth,
  OwnersTurns,
  PastedOrder,
  PastedText,
  SampleView,
  SinceApprovalView,
} from '@schemas';
import { card, job, text } from '../builders';
import { mine, month, turns } from '../moneyBuilders';
import { review } from '../outletBuilders';

const NOTE_REQUIRED: { failure: Failure } = { failure: { code: 'field_required', params: { field: 'note' }, detail: 'note' } };

/** Answers to sheets, in a list of cards. */
export function judged<C extends { job: string; status: string }>(cards: C[], answers: ReadonlyMap<string, string>): C[] {
  return cards.map((each) => (answers.get(each.job) === 'approved' ? { ...each, status: 'approved' } : each));
}

export class MineStory {
  mine: MineView = mine();
  turns: OwnersTurns = turns();
  /** The last answer to each sheet. */
  readonly answers = new Map<string, string>();
  protected sample: SampleView | null = null;
  /** What waited before cash was taken in last. */
  private beforeCash: OwnersTurns['lines'] | null = null;
  /** What came after an approval that stands. */
  since: SinceApprovalView | null = null;
  private requests = 0;

  do_mine = (): MineView => this.mine;
  do_month_earned({ month: which }: OneMonth) {
    if (which === '' || which === '2026-11') return month();
    return month({ month: which, earned: { counted_fen: 0, waiting_fen: 0, pieces: [] }, entries: [], total_fen: 0 });
  }
  do_ask_owner({ fact }: Ask) {
    const id = `K100000${++this.requests}`;
    const line = (what: AskedLine['what'], note: string, jobOf: string | null = null): AskedLine => ({
      id,
      what,
      job: jobOf,
      at: this.mine.now,
      note,
      step: null,
      answer: '',
      promised: what.asked === 'part' ? this.mine.now + 24 * 3_600_000 : null,
      late: false,
    });
    if (fact.fact === 'part')
      this.said(line({ asked: 'part', code: fact.code, name: fact.name, quantity: fact.quantity }, fact.note, fact.job));
    if (fact.fact === 'advance') this.said(line({ asked: 'advance', fen: fact.fen }, fact.note));
    if (fact.fact === 'hand_in') {
      const { taken, said_handed_in } = this.mine.hand;
      const said = said_handed_in + fact.fen;
      this.mine = { ...this.mine, hand: { taken, said_handed_in: said, in_hand: taken - said } };
      this.said(line({ asked: 'hand_in', fen: fact.fen }, fact.note));
    }
    return id;
  }
  private said(line: AskedLine): void {
    this.mine = { ...this.mine, asked: [line, ...this.mine.asked] };
  }

  do_owners_turns = (): OwnersTurns => this.turns;
  protected gone(keep: (line: OwnersTurns['lines'][number]) => boolean): void {
    this.turns = { ...this.turns, lines: this.turns.lines.filter(keep) };
  }
  do_say_digits = ({ most_fen }: { most_fen: number }) => ({ digits: String(100_000 + (most_fen % 900_000)) });
  do_draw_sample(input: DrawSample) {
    const ended = review().jobs.filter((each) => each.finished_at !== null);
    const drawn = ended.slice(0, input.count).map((each) => each.job);
    this.sample = { drawn, called: [], of: ended.length, seed: '9e3779b97f4a7c15', honest: true, draws: 1 };
    return this.do_day_review();
  }
  do_day_review = () => review({ jobs: judged(review().jobs, this.answers), sample: this.sample });
  do_since_approval = () => this.since;
  do_print_day = () => ({ path: '/下载/2026-11-21-日清.pdf', mime: 'application/pdf', kilobytes: 48, base64: null, missing: [] });
  do_note_on_desk({ fact }: NoteOnDesk) {
    if (fact.fact === 'follow_up' && this.sample) this.sample = { ...this.sample, called: [...this.sample.called, fact.job] };
    if (fact.fact === 'withdraw') this.turns = { ...this.turns, lines: this.beforeCash ?? this.turns.lines };
    if (fact.fact === 'cash_taken') this.beforeCash = this.turns.lines;
    if (fact.fact === 'cash_taken') this.gone((line) => line.waits !== 'request' || line.asked.id !== fact.hand_in);
    if (fact.fact === 'answer') {
      const ends = (line: AskedLine) => line.what.asked !== 'part' || ['arrived', 'refused'].includes(fact.step);
      this.gone((line) => line.waits !== 'request' || line.asked.id !== fact.request || !ends(line.asked));
      this.turns.lines = this.turns.lines.map((line) =>
        line.waits === 'request' && line.asked.id === fact.request ? { ...line, asked: { ...line.asked, step: fact.step } } : line,
      );
    }
    return 'D0000001';
  }
  do_note_on_order({ job: of, fact }: NoteOnOrder) {
    if (fact.fact === 'over_guide') this.gone((line) => line.waits !== 'over_guide' || line.fee !== fact.fee);
    return { id: 'D0000002', job: job({ card: card({ job: of }) }) };
  }
  do_answer_sheet({ job: of, kind, note }: AnswerSheet) {
    if (kind === 'returned' && note === '') return NOTE_REQUIRED;
    if (kind === 'withdrawn') this.answers.delete(of);
    else this.answers.set(of, kind);
    return job({ card: card({ job: of, status: kind === 'approved' ? 'approved' : 'finished', finished_at: this.mine.now }) });
  }

  /** Reads as much of a text as the stories need. */
  do_read_pasted({ text: pasted }: PastedText): PastedOrder {
    const find = (pattern: RegExp) => pattern.exec(pasted)?.[1]?.trim() ?? null;
    return {
      name: find(/姓名[：:]\s*(\S+)/),
      phone: find(/(1\d{10})/),
      address: find(/地址[：:]\s*(\S+)/),
      township: find(/(\S{2,3}[镇乡])/),
      appliance: pasted.includes('电视') ? 'television' : null,
      brand: find(/(晶视|安泉|北岭)/),
      model: find(/(65E3)/),
      symptom: find(/(有声音没图像)/),
      maker_order: find(/单号[：:]\s*(\S+)/),
      window: null,
    };
  }
  do_job_texts({ eta }: AskTexts): JobTexts {
    const clock = eta === null ? '' : new Date(eta + 8 * 3_600_000).toISOString().slice(11, 16);
    return {
      reply: text('AQ20261121-0087 王芳 已完工：换密封圈。测电合格。', 'AQ20261121-0087 王芳 done: seal replaced. Safe.'),
      messages: [
        { message: 'on_my_way', text: text(`您好，我是冉小军，预计${clock}到，请留人。`, `Hello, this is 冉小军, there at ${clock}.`) },
        { message: 'delayed', text: text(`您好，路上耽搁，要晚到，预计${clock}到。`, `Hello, we are late: there at ${clock}.`) },
      ],
      proof: text('柘川县城关网点 服务凭证\n安泉 DSK-85：换密封圈\n费用 ¥35.00', 'Proof of service\nSeal replaced\n¥35.00'),
    };
  }
}
