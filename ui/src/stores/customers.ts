/** 客户: the book of customers page by page, one of them, reminders, calls and failures. */
import type {
  CustomerLine,
  CustomerView,
  DeskFact,
  FailureTable,
  FollowUpsView,
  JobView,
  OrderVisit,
  ReminderLine,
  ReminderList,
  ReminderReason,
  Segment,
  UnreportedView,
} from '@schemas';
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import { call } from '@/api/call';
import { useBooks } from './books';
import { shownAgain } from './shownAgain';

export const useCustomers = defineStore('customers', () => {
  /** Its page is open: what changes elsewhere is fetched for it. */
  const watched = ref(false);
  /** Replaced, never changed: there may be a hundred thousand. */
  const lines = shallowRef<CustomerLine[] | null>(null);
  const next = ref<string | null>(null);
  const more = ref(false);
  const text = ref('');
  /** Of which segment the lines are; `null` for all (R9). */
  const segment = ref<Segment | null>(null);

  let searches = 0;
  /** The lines that a further page is on its way for. */
  let turning: CustomerLine[] | null = null;

  /** The first page for what is looked for; an answer that was overtaken by another question is let go. */
  async function find(typed: string, of: Segment | null = null): Promise<void> {
    const mine = ++searches;
    const answer = await call('listCustomers', { text: typed, segment: of, after: null });
    if (mine !== searches) return;
    text.value = typed;
    segment.value = of;
    lines.value = answer.customers;
    next.value = answer.next;
    more.value = answer.more;
  }
  async function further(): Promise<void> {
    const [after, known] = [next.value, lines.value];
    if (after === null || known === null || turning === known) return;
    turning = known;
    try {
      const answer = await call('listCustomers', { text: text.value, segment: segment.value, after });
      // Another search answered meanwhile: this page goes on from lines that are no longer shown.
      if (lines.value !== known) return;
      lines.value = [...known, ...answer.customers];
      next.value = answer.next;
    } finally {
      if (turning === known) turning = null;
    }
  }

  const one = ref<CustomerView | null>(null);
  const wanted = ref('');
  async function open(phone: string): Promise<void> {
    wanted.value = phone;
    try {
      const answer = await call('customer', { phone });
      if (wanted.value === phone) one.value = answer;
    } catch (error) {
      if (wanted.value === phone) wanted.value = one.value?.phone ?? '';
      throw error;
    }
  }
  const again = () => (wanted.value === '' ? Promise.resolve() : open(wanted.value));
  function close(): void {
    [wanted.value, one.value] = ['', null];
  }

  /** Writes a note; its id takes it back. */
  async function note(phone: string, said: string): Promise<string> {
    const id = await call('noteOnCustomer', { phone, text: said, withdraws: null });
    await shownAgain(again);
    return id;
  }
  async function unnote(phone: string, withdraws: string): Promise<void> {
    await call('noteOnCustomer', { phone, text: '', withdraws });
    await shownAgain(again);
  }
  async function addContract(contract: Omit<Extract<DeskFact, { fact: 'contract' }>, 'fact'>): Promise<string> {
    const id = await call('noteOnDesk', { fact: { fact: 'contract', ...contract } });
    await shownAgain(again);
    return id;
  }
  async function endContract(contract: string): Promise<void> {
    await call('endContract', { contract });
    await shownAgain(again);
  }
  /** The order for a visit; the one that is open already where there is one. */
  const orderVisit = (visit: OrderVisit): Promise<JobView> => call('orderVisit', visit);

  const due = ref<Partial<Record<ReminderReason, ReminderList>>>({});
  async function loadDue(reason: ReminderReason): Promise<void> {
    due.value = { ...due.value, [reason]: await call('reminders', { reason, after: null }) };
  }
  async function furtherDue(reason: ReminderReason): Promise<void> {
    const known = due.value[reason];
    if (!known?.next) return;
    const page = await call('reminders', { reason, after: known.next });
    if (due.value[reason] !== known) return;
    due.value = { ...due.value, [reason]: { ...page, lines: [...known.lines, ...page.lines] } };
  }
  async function tell(line: ReminderLine, told: boolean): Promise<void> {
    if (line.job === null) return;
    await call('tellReminder', { job: line.job, reason: line.reason, told });
    await shownAgain(() => loadDue(line.reason));
  }

  const calls = ref<FollowUpsView | null>(null);
  async function loadCalls(): Promise<void> {
    calls.value = await call('followUps');
  }
  /** Answers the word's id, by which it is withdrawn. */
  async function recordCall(said: Omit<Extract<DeskFact, { fact: 'follow_up' }>, 'fact'>): Promise<string> {
    const id = await call('noteOnDesk', { fact: { fact: 'follow_up', ...said } });
    if (calls.value) await shownAgain(loadCalls);
    return id;
  }
  async function withdrawCall(id: string): Promise<void> {
    await call('noteOnDesk', { fact: { fact: 'withdraw', of: id } });
    if (calls.value) await shownAgain(loadCalls);
  }

  const failures = ref<FailureTable | null>(null);
  async function countFailures(from: number, to: number): Promise<void> {
    failures.value = await call('failureCounts', { from, to });
  }

  /** What the maker has not been told of (R46). */
  const unreported = ref<UnreportedView | null>(null);
  async function loadUnreported(): Promise<void> {
    unreported.value = await call('unreported');
  }

  /** A sale that a repair led to (R37). */
  async function refer(said: Omit<Extract<DeskFact, { fact: 'referral' }>, 'fact'>): Promise<void> {
    await call('noteOnDesk', { fact: { fact: 'referral', ...said } });
    await shownAgain(again);
  }

  /** What is on the screen, again: pages behind the first are fetched when they are scrolled to. */
  async function follow(): Promise<void> {
    await Promise.all([again(), ...(calls.value ? [loadCalls()] : []), ...(unreported.value ? [loadUnreported()] : [])]);
  }

  useBooks().follow(() => watched.value, follow);
  return {
    watched,
    lines,
    next,
    more,
    text,
    segment,
    find,
    further,
    one,
    wanted,
    open,
    close,
    note,
    unnote,
    addContract,
    endContract,
    orderVisit,
    due,
    loadDue,
    furtherDue,
    tell,
    calls,
    loadCalls,
    recordCall,
    withdrawCall,
    failures,
    countFailures,
    unreported,
    loadUnreported,
    refer,
    follow,
  };
});
