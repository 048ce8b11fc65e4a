/** One job's life in memory: just enough of the core's behaviour to walk through every screen. */
import type {
  AnswerService,
  Assign,
  Blocker,
  CoreEvent,
  Enrol,
  EnterLate,
  Failure,
  Finish,
  JobCard,
  JobView,
  NoteFact,
  OpenSample,
  OutcomeGate,
  Preferences,
  RecordReading,
  RemovePart,
  SessionView,
  ShowCard,
  StartView,
  TakeOrder,
  TapNode,
  SheetFact,
  Undo,
  UsePart,
  Verdict,
  WriteField,
} from '@schemas';
import { card, deed, job, owner, ran, text } from '../builders';
import { chip, review, session, sync } from '../outletBuilders';
import { BoardStory } from './boardStory';
import { arriveAt, enterLate, setField } from './visitDeeds';
interface Answer {
  value?: unknown;
  failure?: Failure;
}
const refuse = (code: Failure['code']): Answer => ({ failure: { code, params: {}, detail: code } });

export class Story extends BoardStory {
  protected view: JobView;
  /** The visit has taken longer than its limit. */
  overrun = false;
  protected session: SessionView;
  private cards = review().jobs;
  private ids = 0;
  private facts: SheetFact[] = [];

  constructor(
    role: string,
    protected readonly tell: (event: CoreEvent) => void,
  ) {
    super();
    const now = Date.now();
    this.view = job({ now, card: card({ arrive_by: now + 38 * 60_000, taken_at: now - 22 * 60_000 }) });
    this.session =
      role === 'owner' ? session({ owner: true, member: owner, device_name: '店里电脑' }) : session({ enrolled: role !== 'new' });
  }

  answer(command: string, input: never): Answer {
    const act = (this as unknown as Record<string, (input: never) => unknown>)[`do_${command}`];
    const value = act ? act.call(this, input) : refuse('internal');
    return typeof value === 'object' && value !== null && 'failure' in value ? (value as Answer) : { value };
  }

  /** What others gave this member meanwhile. */
  hear(given: JobCard): void {
    this.cards = [...this.cards.filter((each) => each.job !== given.job), given];
    this.tell({ kind: 'jobs_changed', jobs: [given.job] });
  }

  protected id(): string {
    return `X${String(++this.ids).padStart(7, '0')}`;
  }

  private node(kind: JobView['card']['status']): void {
    const node = this.view.nodes.find((each) => each.kind === kind);
    if (node && node.at === null) {
      node.at = Date.now();
      node.by = ran.name;
      this.view.card.status = kind;
    }
  }

  protected changed(action: string): JobView {
    const { view } = this;
    const rows = view.appliances.flatMap((each) => each.readings);
    view.card.readings_done = rows.filter((row) => row.records.length > 0).length;
    const tested = rows.every((row) => row.records.at(-1)?.verdict.verdict === 'pass');
    const set = (service: string, done: boolean) => {
      const found = view.services.find((each) => each.service === service);
      if (found) found.state = done ? 'done' : 'missing';
    };
    set('test_power', tested);
    set(
      'clean_up',
      view.appliances.some(({ slots }) => slots.some((slot) => slot.stage === 'after' && slot.taken > 0)),
    );
    if (tested) this.node('safety_checked');
    view.card.services_done = view.services.filter((each) => each.state !== 'missing').length;
    view.card.parts_fen = view.parts.reduce((sum, part) => sum + part.quantity * part.guide_fen, 0);
    const blockers: Blocker[] = [];
    for (const row of rows) {
      const last = row.records.at(-1)?.verdict.verdict;
      if (last === 'pass') continue;
      blockers.push({
        code: last === 'fail' ? 'reading_failed' : 'reading_missing',
        subject: row.name,
        jump: { to: 'reading', appliance: row.appliance, code: row.code },
      });
    }
    for (const field of ['serial', 'fault', 'cause', 'action'] as const)
      if (!view.appliances[0]?.[field])
        blockers.push({ code: 'field_missing', subject: null, jump: { to: 'field', appliance: 'A0000001', field } });
    for (const slot of view.appliances[0]?.slots ?? [])
      if (slot.required && slot.taken === 0)
        blockers.push({ code: 'photo_missing', subject: slot.name, jump: { to: 'photos', appliance: 'A0000001', stage: slot.stage } });
    for (const each of view.services)
      if (each.state === 'missing')
        blockers.push({ code: 'service_missing', subject: each.name, jump: { to: 'service', service: each.service } });
    const noted = (kind: SheetFact['fact']) => this.facts.filter((fact) => fact.fact === kind);
    const others: OutcomeGate[] = [];
    if (view.card.arrived_at !== null) {
      const failed = rows.some((row) => row.records.at(-1)?.verdict.verdict === 'fail');
      const notice: Blocker = { code: 'notice_missing', subject: null, jump: { to: 'notice', appliance: 'A0000001' } };
      if (failed) {
        const lacks = noted('hazard').length > 0 ? [] : (['not_unplugged', 'not_tagged', 'recheck_missing'] as const);
        const hazards = lacks.map((code): Blocker => ({ code, subject: null, jump: { to: 'hazard' } }));
        others.push({ outcome: 'refused_unsafe', blockers: noted('notice').length > 0 ? [] : [notice] });
        others.push({ outcome: 'hazard_remaining', blockers: [...hazards, ...(noted('notice').length > 0 ? [] : [notice])] });
      }
      const taken = this.facts.some((fact) => fact.fact === 'custody' && fact.step === 'taken');
      const out: Blocker = { code: 'unit_out', subject: null, jump: { to: 'bench', appliance: 'A0000001' } };
      others.push({ outcome: 'taken_to_bench', blockers: taken ? [] : [out] });
      if (taken) blockers.push(out);
      if (this.overrun && noted('reason').length === 0)
        blockers.push({ code: 'overrun_reason', subject: null, jump: { to: 'node', node: 'finished' } });
    }
    const { status } = view.card;
    view.next = {
      step:
        status === 'accepted'
          ? 'depart'
          : status === 'departed'
            ? 'arrive'
            : status === 'arrived'
              ? 'show_card'
              : status === 'finished'
                ? 'nothing'
                : !tested
                  ? 'check_safety'
                  : blockers.length > 0
                    ? 'fill_sheet'
                    : 'finish',
      before_going: [],
      blockers: view.card.arrived_at === null ? [] : blockers,
      outcomes: [
        ...(blockers.length === 0 && view.card.arrived_at !== null ? ['completed' as const] : []),
        ...others.filter((gate) => gate.blockers.length === 0).map((gate) => gate.outcome),
        'needs_part',
        'given_up',
      ],
      others: others.filter((gate) => gate.blockers.length > 0),
    };
    view.history = [...view.history, { ...deed(ran.name, this.session.device, action), received: !this.session.no_network }];
    view.card.unsent = view.history.filter((line) => !line.received).length;
    view.now = Date.now();
    setTimeout(() => this.tell({ kind: 'jobs_changed', jobs: [view.card.job] }), 30);
    setTimeout(() => this.tell({ kind: 'sync_changed', chip: this.chip() }), 40);
    return view;
  }

  private chip() {
    const waiting = this.session.sample ? 0 : this.view.card.unsent;
    return chip({
      state: this.session.sample ? 'sample' : this.session.no_network ? 'offline' : 'synced',
      changes: waiting,
      photos: waiting > 0 ? this.view.photos.length : 0,
      bytes: waiting * 640,
    });
  }

  do_opening = (): StartView => ({ state: 'opened' });
  do_open_again = (): StartView => this.do_opening();
  do_session = (): SessionView | Answer => this.session;
  do_enrol(input: Enrol) {
    if (!input.code && !input.relay.startsWith('doorstep:enrol?')) return refuse('link_unreadable');
    if (input.code && input.code.length !== 8) return refuse('code_wrong');
    this.session = { ...this.session, enrolled: true, device_name: input.device_name };
    return this.session;
  }
  do_open_sample({ as_owner }: OpenSample) {
    this.session = session({ sample: true, relay: '', outlet: '示例门店', ...(as_owner ? { owner: true, member: owner } : {}) });
    return this.session;
  }
  do_leave_sample = () => (this.session = session({ enrolled: false }));
  do_set_preferences(input: Preferences) {
    const { session: before } = this;
    const chosen = Object.entries(input).filter(([, value]) => value !== null);
    this.session = { ...before, ...Object.fromEntries(chosen) };
    if (before.no_network && !this.session.no_network) {
      this.view.history.forEach((line) => {
        line.received = true;
      });
      this.changed('sync');
      this.view.history.pop();
    }
    // Another window of this device hears of it.
    setTimeout(() => this.tell({ kind: 'team_changed' }), 0);
    return this.session;
  }
  do_today = () => ({
    day: new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10),
    now: Date.now(),
    jobs: [this.view.card, ...this.cards.slice(1)],
    sync: this.chip(),
  });
  do_orders = () => ({ jobs: [this.view.card, ...this.cards.slice(1)], next: null });
  do_job(input: { job: string }) {
    const walkIn = this.walkIns.get(input.job);
    if (walkIn) return walkIn;
    if (this.onBoard(input.job)) return this.jobOnBoard(input.job);
    const found = this.cards.find((each) => each.job === input.job);
    return input.job === this.view.card.job || !found ? this.view : job({ card: found, may_write: false });
  }
  do_take_order(input: TakeOrder) {
    const taken = card({
      ...input.customer,
      customer: input.customer.name,
      job: `01KAJ9Z00000000000000000${50 + ++this.ids}`,
      kind: input.kind,
      urgency: input.urgency,
      symptom: input.symptom,
      status: input.assignees.length > 0 ? 'accepted' : 'open',
      assignees: this.team.members.filter((each) => input.assignees.includes(each.id)),
      window: input.window,
      taken_at: Date.now(),
      arrive_by: Date.now() + 3_600_000,
    });
    this.cards = [...this.cards, taken];
    return job({ card: taken });
  }
  /** Walk-ins, as the ones that they are: their own member may write them. */
  private walkIns = new Map<string, JobView>();
  do_take_walk_in(input: TakeOrder) {
    if (input.customer.phone.length < 5) return refuse('phone_invalid');
    const taken = job({ card: { ...this.do_take_order(input).card, assignees: [ran] }, note: input.note });
    taken.history = [deed(ran.name, this.session.device, 'take_walk_in')];
    this.cards = this.cards.map((each) => (each.job === taken.card.job ? taken.card : each));
    this.walkIns.set(taken.card.job, taken);
    return taken;
  }
  do_adopt_walk_in(input: { job: string }) {
    const found = this.walkIns.get(input.job);
    if (!found) return refuse('already_adopted');
    found.history = [...found.history, { ...deed(owner.name, this.session.device, 'adopt'), received: true }];
    return found;
  }
  /** How what was assigned is taken back, by the action's name. */
  private ways = new Map<string, () => void>();
  do_assign(input: Assign) {
    if (this.onBoard(input.job)) return this.assignOnBoard(input);
    const found = [this.view.card, ...this.cards].find((each) => each.job === input.job);
    if (!found) return refuse('job_not_found');
    const [before, line] = [found.assignees, deed(owner.name, this.session.device, 'assign')];
    this.ways.set(line.id, () => void (found.assignees = before));
    found.assignees = this.team.members.filter((each) => input.members.includes(each.id));
    return job({ card: found, history: [line] });
  }
  do_tap_node(input: TapNode) {
    this.node(input.tap === 'depart' ? 'departed' : 'arrived');
    if (input.tap === 'arrive') arriveAt(this.view, Date.now());
    return this.changed(input.tap);
  }
  do_enter_late = (input: EnterLate) =>
    enterLate(this.view, input, {
      tap: (kind) => this.node(kind),
      finish: (outcome) => void this.do_finish({ job: input.job, outcome }),
      changed: (action) => this.changed(action),
      refuse,
    });
  do_show_card(input: ShowCard) {
    if (input.shown_ms < 3000) return refuse('card_too_short');
    this.node('card_shown');
    return this.changed('show_card');
  }
  do_record_reading(input: RecordReading) {
    const row = this.view.appliances[0]?.readings.find((each) => each.code === input.code);
    if (!row) return refuse('reading_unknown');
    if (row.methods.length > 0 && !input.method && (input.found.state === 'number' || input.found.state === 'choice'))
      return refuse('method_required');
    const bad =
      (input.found.state === 'number' && input.found.thousandths > 4000) ||
      (input.found.state === 'choice' && !['right', 'trips'].includes(input.found.option));
    const verdict: Verdict =
      input.found.state === 'not_measured' || input.found.state === 'not_applicable' ? input.found.state : bad ? 'fail' : 'pass';
    row.records = [
      ...row.records,
      {
        id: this.id(),
        found: input.found,
        method: row.methods.find((each) => each.code === input.method) ?? null,
        instrument: input.instrument,
        rectified: input.rectified,
        at: Date.now(),
        by: ran.name,
        verdict: {
          verdict,
          class: bad ? row.class : null,
          reason: bad ? text('超出要求', 'outside the limit') : text('在要求之内', 'within the limit'),
          text: bad
            ? text(
                '不能安装或送电。整改后重测；不能整改就拒装并出隐患告知单。',
                'Do not install or energise. Put it right and measure again.',
              )
            : text('可以继续。', 'Go on.'),
        },
      },
    ];
    return this.changed('record_reading');
  }
  do_write_field({ field, value }: WriteField) {
    const back = setField(this.view, field, value);
    this.node('working');
    const after = this.changed('write_field');
    return (this.ways.set(after.history.at(-1)?.id ?? '', back), after);
  }
  do_use_part(input: UsePart) {
    this.view.parts = [
      ...this.view.parts,
      {
        id: this.id(),
        appliance: input.appliance,
        code: input.code,
        name: input.name,
        quantity: input.quantity,
        guide_fen: input.guide_fen,
        by: ran.name,
      },
    ];
    return this.changed('use_part');
  }
  do_remove_part(input: RemovePart) {
    this.view.parts = this.view.parts.filter((part) => part.id !== input.part);
    return this.changed('remove_part');
  }
  do_answer_service(input: AnswerService) {
    const row = this.view.services.find((each) => each.service === input.service);
    if (row)
      row.state =
        input.answer.answer === 'not_applicable' ? 'not_applicable' : input.answer.answer === 'not_wanted' ? 'not_wanted' : 'done';
    return this.changed('answer_service');
  }
  do_undo({ job: of, action }: Undo): JobView | Answer {
    if (this.onBoard(of)) return this.undoOnBoard({ job: of, action });
    const way = this.ways.get(action);
    if (way) return (way(), this.do_job({ job: of }));
    const undone = this.view.history.find(({ id, undoable }) => id === action && undoable);
    return undone ? this.changed('undo') : refuse('action_unknown');
  }
  do_note_fact(input: NoteFact) {
    const { id, fact } = { id: this.id(), ...input };
    this.facts.push(fact);
    this.noteMoney(id, fact);
    this.noteAtBench(id, input);
    if (fact.fact === 'caption')
      this.view.photos = this.view.photos.map((photo) => (photo.id === fact.photo ? { ...photo, caption: fact.text } : photo));
    this.noteBack(id, fact);
    const bench = this.view.bench[0];
    if (bench && fact.fact === 'diagnosis') bench.diagnosis = id;
    if (fact.fact === 'appointment') this.view.card.window = fact.window;
    if (bench && fact.fact === 'quote') bench.quote = { id, total_fen: fact.total_fen, days: fact.days };
    return { id, job: this.changed(fact.fact) };
  }
  do_fetch_photo = () => null;
  do_finish(input: Finish) {
    this.view.card.outcome = input.outcome;
    this.view.card.finished_at = Date.now();
    this.node('finished');
    return this.changed('finish');
  }
  do_sync_status = () => sync({ chip: this.chip(), now: Date.now(), no_network: this.session.no_network });
  do_sync_now = () => this.do_sync_status();
  do_compare_now = () => this.do_sync_status();
  do_inbox = (): unknown[] => [];
  do_photos_anyway = () => this.do_sync_status();
}
