/** What makers owe: a month of claims, and what is written on them. Every write can be undone by the name it answers with. */
import type { ClaimLines, DeskDone, MakeStatement, OrderFact, SettlementOf, SettlementView, SettleStep } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { useBooks } from './books';
import { latest } from './latest';
import { shownAgain } from './shownAgain';

export const useSettlement = defineStore('settlement', () => {
  const wanted = ref<SettlementOf>({ month: '', maker: null, page: 0 });
  const view = ref<SettlementView | null>(null);
  /** What the view answers: the choice goes back to it when another can't be fetched. */
  let answered = wanted.value;

  /** Nobody looks at it any more. */
  const close = () => void (view.value = null);

  const load = latest(async () => {
    const asked = wanted.value;
    const answer = await call('settlement', asked);
    if (asked === wanted.value) [view.value, answered] = [answer, asked];
  });

  async function show(change: Partial<SettlementOf>): Promise<void> {
    wanted.value = { ...wanted.value, page: 0, ...change };
    const asked = wanted.value;
    try {
      await load();
    } catch (error) {
      if (asked === wanted.value) wanted.value = answered;
      throw error;
    }
  }

  async function wrote(work: Promise<DeskDone>): Promise<DeskDone> {
    const done = await work;
    await shownAgain(load);
    return done;
  }

  const settle = (steps: SettleStep[]) => wrote(call('settle', { steps }));
  const claim = (input: ClaimLines) => wrote(call('claimLines', input));
  const propose = (jobs: string[]) => wrote(call('claimProposed', { jobs }));

  async function undo(action: string): Promise<void> {
    await call('undoDesk', { action });
    await shownAgain(load);
  }

  /** What one job brings and leaves; `null` before it ended. */
  const ofJob = (job: string) => call('jobClaim', { job });

  const statement = (input: MakeStatement) => call('makeStatement', input);

  /** A proof of purchase, written on the order. */
  async function purchase(job: string, fact: Extract<OrderFact, { fact: 'purchase' }>): Promise<void> {
    await call('noteOnOrder', { job, fact });
    await shownAgain(load);
  }

  /** Answers the word's id, by which it is withdrawn. */
  async function complaintHandled(job: string, text: string): Promise<string> {
    const blank = { stars: 0, chips: '', do_not_contact: false, complaint: false };
    const id = await call('noteOnDesk', { fact: { fact: 'follow_up', job, kind: 'call', text, handled: true, ...blank } });
    await shownAgain(load);
    return id;
  }
  async function withdraw(id: string): Promise<void> {
    await call('noteOnDesk', { fact: { fact: 'withdraw', of: id } });
    await shownAgain(load);
  }

  async function costOfKm(fen: number): Promise<void> {
    await call('noteOnDesk', { fact: { fact: 'about', key: 'costs/km_fen', value: String(fen) } });
    await shownAgain(load);
  }

  useBooks().follow(() => view.value !== null, load);
  return {
    wanted,
    view,
    load,
    close,
    show,
    settle,
    claim,
    propose,
    undo,
    ofJob,
    statement,
    purchase,
    complaintHandled,
    withdraw,
    costOfKm,
  };
});
