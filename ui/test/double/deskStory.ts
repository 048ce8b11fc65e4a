/** The owner's parts and customers, in memory: what is said is there afterwards. */
import type {
  CustomerList,
  CustomerView,
  EndContract,
  FollowUpsView,
  ListCustomers,
  ListReminders,
  MoveStock,
  NoteOnCustomer,
  NoteOnDesk,
  OneCustomer,
  PartArrived,
  PartsDesk,
  PartTerms,
  ReminderLine,
  ReminderReason,
  SayOldParts,
  TellReminder,
  UnreportedView,
} from '@schemas';
import { card, job } from '../builders';
import { customerLine, customerView, failures, followUps, partsDesk, reminder, unreported } from '../deskBuilders';
import { MineStory } from './mineStory';

export class DeskStory extends MineStory {
  parts: PartsDesk = partsDesk();
  customers = [
    customerLine(),
    customerLine({
      phone: '13800001099',
      jobs: 1,
      segment: 'village',
      last: card({ customer: '罗桂香', phone: '13800001099', township: '城关镇' }),
    }),
  ];
  one: CustomerView = customerView();
  calls: FollowUpsView = followUps();
  /** Who was to be called before a call was noted last. */
  private beforeCall: FollowUpsView | null = null;
  due: Record<ReminderReason, ReminderLine[]> = {
    contract: [reminder({ reason: 'contract', customer: '王芳', phone: '13800001234', contract: 'C0000001', kind: null })],
    age: [],
    service: [],
    season: [reminder()],
  };

  do_parts_desk = (): PartsDesk => this.parts;
  /** Parts as they were before each word that can be withdrawn. */
  private beforeParts = new Map<string, PartsDesk[]>();
  private remember(of: string): void {
    this.beforeParts.set(of, [...(this.beforeParts.get(of) ?? []), { ...this.parts }]);
  }
  do_move_parts({ member, fact }: MoveStock): string {
    const id = `M10000${this.parts.moves.length}`;
    this.remember(id);
    const by = { issue: fact.quantity, return: -fact.quantity, count: 0 }[fact.movement];
    this.parts.parts = this.parts.parts.map((part) => {
      if (part.code !== fact.code) return part;
      const had = part.held.find((one) => one.member === member)?.quantity ?? 0;
      const now = { member, quantity: fact.movement === 'count' ? fact.quantity : had + by, counted: null };
      const held = [...part.held.filter((one) => one.member !== member), now];
      return { ...part, held, total: held.reduce((sum, one) => sum + one.quantity, 0) };
    });
    this.parts.moves = [{ id, member, at: this.parts.now, ...fact }, ...this.parts.moves];
    return id;
  }
  do_part_arrived({ request }: PartArrived): null {
    this.remember(request);
    this.parts.requests = this.parts.requests.filter((line) => line.asked.id !== request);
    return null;
  }
  do_set_part_terms({ code, ...terms }: PartTerms): null {
    const told = { is_low: false, overcharged: (terms.charged_fen ?? 0) > (terms.dealer_fen ?? Infinity) };
    this.parts.parts = this.parts.parts.map((part) =>
      part.code === code ? { ...part, ...terms, ...told, is_low: part.total < (terms.low ?? -Infinity) } : part,
    );
    return null;
  }
  do_say_old_parts({ parts, step, batch, courier, deducted_fen }: SayOldParts): null {
    const taken = { batch: '', courier: '', claimable: false, deducted_fen: 0 };
    const said = step === null ? taken : step === 'sent' ? { batch, courier, claimable: true } : { claimable: false, deducted_fen };
    const of = (line: PartsDesk['old_parts'][number]) => parts.some((each) => each.job === line.job && each.part === line.part);
    this.parts.old_parts = this.parts.old_parts.map((line) => (of(line) ? { ...line, ...said, step } : line));
    return null;
  }

  do_list_customers({ text, segment }: ListCustomers): CustomerList {
    const said = this.customers.filter((line) => `${line.last.customer}${line.phone}`.includes(text));
    const fits = said.filter((line) => segment === null || line.segment === segment);
    return { customers: fits, next: null, more: false };
  }
  do_customer({ phone }: OneCustomer): CustomerView {
    const line = this.customers.find((each) => each.phone === phone);
    return phone === this.one.phone
      ? this.one
      : customerView({ phone, name: line?.last.customer ?? '', machines: [], contracts: [], notes: [], jobs: line ? [line.last] : [] });
  }
  do_note_on_customer({ text, withdraws }: NoteOnCustomer): string {
    const id = withdraws ?? `N1${this.one.notes.length}`;
    const written = withdraws ? [] : [{ id, text, by: '覃建国', at: this.one.now }];
    this.one = { ...this.one, notes: [...written, ...this.one.notes.filter((each) => each.id !== withdraws)] };
    return id;
  }
  do_end_contract({ contract }: EndContract): string {
    const contracts = this.one.contracts.map((each) => (each.id === contract ? { ...each, ended: true } : each));
    this.one = { ...this.one, contracts };
    return contract;
  }
  do_order_visit({ phone }: { phone: string }) {
    const made = card({ job: '01KAJ9Z0000000000000000090', kind: 'maintenance', phone, taken_at: Date.now(), symptom: '' });
    const ordered = <L extends { phone: string; ordered: string | null }>(line: L): L =>
      line.phone === phone ? { ...line, ordered: made.job } : line;
    this.one = { ...this.one, contracts: this.one.contracts.map(ordered) };
    for (const reason of Object.keys(this.due) as ReminderReason[]) this.due[reason] = this.due[reason].map(ordered);
    return job({ card: made });
  }
  do_reminders = ({ reason }: ListReminders) => ({ lines: this.due[reason], next: null, now: this.one.now });
  do_tell_reminder({ job: of, reason, told }: TellReminder): null {
    if (told) this.due[reason] = this.due[reason].filter((line) => line.job !== of);
    else this.due[reason] = [...this.due[reason], reminder({ reason, job: of })];
    return null;
  }
  do_follow_ups = (): FollowUpsView => this.calls;
  do_failure_counts = () => failures();
  unreported: UnreportedView = unreported();
  do_unreported = (): UnreportedView => this.unreported;

  override do_note_on_desk(input: NoteOnDesk) {
    const { fact } = input;
    if (fact.fact === 'withdraw') {
      this.calls = this.beforeCall ?? this.calls;
      this.parts = this.beforeParts.get(fact.of)?.pop() ?? this.parts;
    }
    if (fact.fact === 'follow_up') {
      this.beforeCall = this.calls;
      const others = (each: { job: string }) => each.job !== fact.job;
      this.calls = {
        ...this.calls,
        calls: this.calls.calls.filter((line) => others(line.card)),
        silent: this.calls.silent.filter(others),
      };
    }
    if (fact.fact === 'contract') {
      const { customer, phone, appliance, from, every, fen, ended } = fact;
      const contract = {
        id: 'C1',
        customer,
        phone,
        appliance,
        from,
        until: from,
        every,
        fen,
        ended,
        inspections: [],
        next_due: from,
        ordered: null,
      };
      this.one = { ...this.one, contracts: [contract, ...this.one.contracts] };
    }
    if (fact.fact === 'referral') {
      const { job: of, text, sold_fen: sold } = fact;
      const line = { id: `R1${this.one.referrals.length}`, job: of, text, member: '覃建国', sold, at: this.one.now };
      this.one = { ...this.one, referrals: [line, ...this.one.referrals] };
    }
    if (fact.fact === 'answer') {
      this.remember(fact.request);
      const ends = fact.step === 'refused';
      this.parts.requests = this.parts.requests
        .filter((line) => !ends || line.asked.id !== fact.request)
        .map((line) => (line.asked.id === fact.request ? { ...line, asked: { ...line.asked, step: fact.step } } : line));
    }
    return super.do_note_on_desk(input);
  }
}
