/** What a story begins with, for looking at screens: the page's address names it (`?tale=visit`). */
import type {
  AnswerSheet,
  CoreEvent,
  CustomerList,
  FeeOff,
  InboxRunView,
  JobView,
  ListCustomers,
  PaidFor,
  PayWay,
  StartView,
  StuckPiece,
} from '@schemas';
import { at, card, photo, text } from '../builders';
import { customerLine, failures, followUps, partsDesk, unreported } from '../deskBuilders';
import { mine, turns } from '../moneyBuilders';
import { chip, figures, review, shockScript, storageView, sync, team } from '../outletBuilders';
import { CODE_SVG } from './code';
import { Bench, Contested, Moved } from './benchTales';
import { settlement } from '../settleBuilders';
import { judged } from './mineStory';
import { Story } from './story';

type Tell = (event: CoreEvent) => void;

/** Nothing to do, nobody else, nothing kept. */
class Quiet extends Story {
  override do_today = () => ({ day: '2026-11-21', now: Date.now(), jobs: [], sync: chip() });
  override do_orders = () => ({ jobs: [], next: null });
  override do_sync_status = () => sync({ waiting: [], attempts: [], last_success: null, next_attempt: null });
  override do_day_review = () =>
    review({ jobs: [], members: [], not_arrived: [], figures: figures({ due: 0, done: 0, open: 0, late: 0 }) });
  override do_mine = () =>
    mine({
      today: { counted_fen: 0, waiting_fen: 0, pieces: [] },
      hand: { taken: 0, said_handed_in: 0, in_hand: 0 },
      stock: [],
      papers: [],
      instruments: [],
      grade: null,
      asked: [],
    });
  override do_owners_turns = () => turns({ lines: [] });
  override do_team = () => team({ members: [], devices: [] });
  override do_parts_desk = () => partsDesk({ parts: [], requests: [], old_parts: [], moves: [] });
  override do_list_customers = () => ({ customers: [], next: null, more: false });
  override do_reminders = () => ({ lines: [], next: null, now: Date.now() });
  override do_follow_ups = () => followUps({ calls: [], silent: [] });
  override unreported = unreported({ jobs: [] });
  override do_failure_counts = () => failures({ lines: [], repairs: 0 });
  override do_settlement = () => settlement({ rows: [], makers: [], receivable: [], ageing: { to_30: 0, to_60: 0, to_90: 0, older: 0 } });
  override boardCards = [];
}

const stuck: StuckPiece = {
  job: '01KAJ9Z0000000000000000001',
  customer: '王芳',
  code: 'grant_refused',
  ours: true,
  by: '田勇',
  at: at(-12),
  changes: 3,
  reason: null,
  remedies: ['retry', 'export'],
};
export const waits: InboxRunView = {
  run: 'sheet:1 a',
  upto: 4,
  job: '01KAJ9Z0000000000000000001',
  customer: '王芳',
  by: '田勇',
  device: '99ee22bb33cc44dd',
  changes: 4,
  since: at(-90),
  declined: false,
  decided: false,
  code: null,
  deeds: [],
};

/** In the middle of a visit with everything in it: readings passed and failed, parts, photos, work that waits and work that is stuck. */
class Visit extends Story {
  constructor(role: string, tell: Tell) {
    super(role, tell);
    const { job } = this.view.card;
    const appliance = 'A0000001';
    const play = (command: string, input: object) => this.answer(command, { job, appliance, ...input } as never);
    play('tap_node', { tap: 'depart' });
    play('tap_node', { tap: 'arrive' });
    play('show_card', { shown_ms: 3000 });
    const measured = { unit: '', instrument: '', calibrated: '', rectified: '', photo: null };
    play('record_reading', { ...measured, code: 'socket_polarity', method: '', found: { state: 'choice', option: 'right' } });
    play('record_reading', { ...measured, code: 'earth_resistance', method: 'loop', found: { state: 'number', thousandths: 12_600 } });
    play('use_part', { code: 'AQ-MF-63', name: '密封圈', quantity: 2, guide_fen: 1000 });
    play('use_part', { code: '', name: '不锈钢波纹软管 1.5 米 四分加厚带螺帽', quantity: 1, guide_fen: 3850 });
    play('write_field', { field: 'serial', value: 'LY2019060512' });
    play('answer_service', { service: 'explain', answer: { answer: 'done' } });
    this.view.photos = [photo(), photo({ id: 'P0000002', stage: 'before', place: 'on_relay', caption: '漏水处' })];
    this.view.card.findings = [{ code: 'reading_failed', params: {} }];
    const [unit] = this.view.appliances;
    if (unit)
      unit.last = { job, at: Date.now() - 40 * 86_400_000, fields: { made: '2019-06', rated_watts: '8500', nameplate_volts: '220' } };
    this.storage = storageView({ freeable_photos: 40, freeable_kb: 90_000, disk_low: true });
    this.found = { jobs: review().jobs, more: true, words: ['王芳'], shortened: true };
  }
  override do_sync_status = () =>
    sync({
      chip: chip({ state: 'offline', changes: 3, photos: 2, bytes: 412_000, stuck: 1 }),
      stuck: [stuck],
      carried: 7,
      refused_sets: [{ kind: 'limits', version: '2026.11', line: 42, reason: 'unknown word "isolation"' }],
      photos_wait: true,
    });
  override do_inbox = () => [waits];
}

/** The customer is shocked by the heater: the words come before the way. */
class Alarm extends Story {
  constructor(role: string, tell: Tell) {
    super(role, tell);
    this.view.card = { ...this.view.card, urgency: 'class1', symptom: '洗澡时手麻' };
    this.view.scripts = [shockScript()];
    this.view.next.before_going = [{ code: 'not_guided', subject: null, jump: { to: 'owner' } }];
  }
}

/** Money in every state that its page shows. */
class Money extends Story {
  constructor(role: string, tell: Tell) {
    super(role, tell);
    this.collectionSvg = CODE_SVG;
    for (const tap of ['depart', 'arrive']) this.answer('tap_node', { tap } as never);
    const fee = { appliance: 'A0000001', quantity: 1000, share: 1000, guide_fen: null, payer: 'customer', reason: '' } as const;
    const none = { fact: 'fee', code: '', part: null, adjusts: null, quote: null, spoken_code: '' } as const;
    const add = (change: object, off: FeeOff | null = null): string => {
      const { id } = this.do_note_fact({ job: this.view.card.job, fact: { ...none, ...fee, ...change } as never, claimed: null });
      this.fees = this.fees.map((line) => (line.id === id ? { ...line, off } : line));
      return id;
    };
    add({ kind: 'visit', code: 'visit', name: '上门费', unit_fen: 3000, guide_fen: 3000 });
    add({ kind: 'visit', code: 'visit_village', name: '乡村上门费', unit_fen: 5000, guide_fen: 5000 }, 'second_visit_fee');
    add({ kind: 'diagnosis', code: 'diagnose', name: '检测费', unit_fen: 3000, guide_fen: 3000 }, 'waived_by_repair');
    add({ kind: 'labour', code: 'element', name: '换加热管', unit_fen: 10_000, guide_fen: 8000 });
    add({ kind: 'labour', code: 'descale', name: '除垢', unit_fen: 6000, guide_fen: 6000, share: 500 });
    const pipe = {
      kind: 'material',
      code: 'pipe',
      name: '不锈钢波纹软管加长四分加厚带螺帽',
      quantity: 1500,
      unit_fen: 11_000,
      guide_fen: 11_000,
    };
    const piped = add(pipe);
    add({ kind: 'adjustment', name: '加长连接管', unit_fen: -1500, adjusts: piped, reason: '用户还价' });
    add({ kind: 'labour', code: 'board', name: '换板', unit_fen: 38_000, guide_fen: 38_000, quote: 'Q0000001' }, 'not_consented');
    add({ kind: 'part', code: 'AQ-RG-2000', name: '加热管', unit_fen: 9500, guide_fen: 9500, payer: 'maker' });
    add({ kind: 'discount', name: '减免', unit_fen: -500, reason: '老用户' });
    const pay = (fen: number, way: PayWay, paid_for: PaidFor) =>
      this.do_note_fact({
        job: this.view.card.job,
        fact: { fact: 'payment', fen, way, paid_for, subject: null, reference: '' },
        claimed: null,
      });
    pay(10_000, 'cash', 'work');
    pay(5000, 'personal', 'work');
    pay(20_000, 'outlet_qr', 'deposit');
    this.coverage = this.coverage.map((each) => ({ ...each, ordered: 'in_warranty' }));
    this.invoice = { title: '柘川县谭记农家乐', tax_number: '92420000MA4EXAMPLX', mail: 'tan@mail.example.com' };
  }
}

/** A finished job. */
class Done extends Story {
  constructor(role: string, tell: Tell) {
    super(role, tell);
    this.answer('finish', { job: this.view.card.job, outcome: 'needs_part' } as never);
    this.mayCharge = false;
  }
}

/** The owner's evening: 25 sheets, four of them with something to look at. */
class Evening extends Story {
  private readonly many = Array.from({ length: 25 }, (_, place) =>
    card({
      job: `01KAJ9Z0000000000000${String(700_000 + place)}`,
      customer: `客户 ${place + 1}`,
      urgency: 'normal',
      status: 'finished',
      arrived_at: at(-300 + place),
      finished_at: at(-240 + place),
      outcome: 'completed',
      findings: place % 6 === 5 ? [{ code: 'photo_missing', params: {} }] : [],
    }),
  );
  override do_day_review = () => review({ jobs: judged(this.many, this.answers) });
  override do_answer_sheet(input: AnswerSheet) {
    setTimeout(() => this.tell({ kind: 'jobs_changed', jobs: [input.job] }), 30);
    return super.do_answer_sheet(input);
  }
  override do_job(input: { job: string }): JobView {
    const found = judged(this.many, this.answers).find((each) => each.job === input.job);
    return found ? { ...this.view, card: found, history: [] } : super.do_job(input);
  }
}

/** Five hundred jobs of one day, of differing height. */
class Rush extends Story {
  private readonly many = Array.from({ length: 500 }, (_, place) =>
    card({
      job: `01KAJ9Z0000000000000${String(place).padStart(6, '0')}`,
      customer: `客户 ${place + 1}`,
      urgency: place % 7 === 0 ? 'class2' : 'normal',
      arrive_by: place % 3 === 0 ? null : Date.now() + place * 60_000,
      symptom: '接头渗水，已断电关水。'.repeat(place % 5),
      findings: place % 4 === 0 ? [{ code: 'rectified', params: {} }] : [],
    }),
  );
  override do_today = () => ({ day: '2026-11-21', now: Date.now(), jobs: this.many, sync: chip() });
  override do_orders = () => ({ jobs: this.many, next: null });
  override do_find_jobs = () => ({ jobs: this.many, more: true, words: ['客户'], shortened: false });
  override do_job(input: { job: string }): JobView {
    const found = this.many.find((each) => each.job === input.job);
    return found ? { ...this.view, card: found, note: text('').zh } : this.view;
  }
}

/** A hundred thousand customers, a thousand a page. */
class Heap extends Story {
  override do_list_customers(asked: ListCustomers): CustomerList {
    const { text: sought, after } = asked;
    const [all, page, first] = [100_000, 1000, Number(after ?? 0)];
    if (sought !== '') return super.do_list_customers(asked);
    const line = (_: unknown, place: number) => {
      const phone = String(13_000_000_000 + first + place);
      return customerLine({ phone, last: card({ customer: `客户 ${first + place + 1}`, phone, findings: [] }) });
    };
    const next = first + page < all ? String(first + page) : null;
    return { customers: Array.from({ length: page }, line), next, more: false };
  }
}

/** The data folder is being brought to a newer version's shape. */
class Opening extends Story {
  override do_session = () => ({ failure: { code: 'internal' as const, params: {}, detail: 'state not managed' } });
  override do_opening = (): StartView => ({
    state: 'opening',
    task: 'migrate',
    progress: { done: 11, of: 18, kilobytes: 0, ended: false },
  });
  /** Nobody hears of anything before the data is open. */
  override do_set_preferences() {
    return this.session;
  }
}

/** It does not open, for a reason that only somebody else can mend. */
class Closed extends Opening {
  override do_opening = (): StartView => ({
    state: 'failed',
    why: {
      code: 'key_missing',
      params: {},
      detail: 'the key of this data folder is missing',
    },
    folder: '/data/user/0/cn.doorstep.app/files',
    version: '0.1.0',
  });
}

const TALES: Record<string, new (role: string, tell: Tell) => Story> = {
  alarm: Alarm,
  quiet: Quiet,
  visit: Visit,
  done: Done,
  evening: Evening,
  rush: Rush,
  heap: Heap,
  bench: Bench,
  contested: Contested,
  moved: Moved,
  money: Money,
  opening: Opening,
  closed: Closed,
};

/** The address's own wishes: who is there, in which language, how large the text, and what has happened before. */
export function begin(wishes: URLSearchParams, tell: Tell): Story {
  const tale = TALES[wishes.get('tale') ?? ''] ?? Story;
  const story = new tale(wishes.get('role') ?? 'technician', tell);
  const language = wishes.get('language');
  if (language)
    story.answer('set_preferences', { language, shell: null, no_network: null, wifi_only: null, photo_position: null } as never);
  const size = wishes.get('text');
  if (size) story.do_remember({ key: 'text-size', value: size });
  return story;
}
