/** What makers owe: a month of claims, and what is written on them. Every write can be undone by the name it answers with. */
import type { ClaimLines, DeskDone, MakeStatement, OrderFact, SettlementOf, SettlementView, SettleStep } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export const useSettlement = defineStore('settlement', () => {
  const wanted = ref<SettlementOf>({ month: '', maker: null, page: 0 });
  const view = ref<SettlementView | null>(null);

  /** Nobody looks at it any more. */
  const close = () => void (view.value = null);

  const load = latest(async () => {
    const asked = wanted.value;
    const answer = await call('settlement', asked);
    if (asked === wanted.value) view.value = answer;
  });

  async function show(change: Partial<SettlementOf>): Promise<void> {
    wanted.value = { ...wanted.value, page: 0, ...change };
    await load();
  }

  async function wrote(work: Promise<DeskDone>): Promise<DeskDone> {
    const done = await work;
    await load();
    return done;
  }

  const settle = (steps: SettleStep[]) => wrote(call('settle', { steps }));
  const claim = (input: ClaimLines) => wrote(call('claimLines', input));
  const propose = (jobs: string[]) => wrote(call('claimProposed', { jobs }));

  async function undo(action: string): Promise<void> {
    await call('undoDesk', { action });
    await load();
  }

  const statement = (input: MakeStatement) => call('makeStatement', input);

  /** A proof of purchase, written on the order. */
  async function purchase(job: string, fact: Extract<OrderFact, { fact: 'purchase' }>): Promise<void> {
    await call('noteOnOrder', { job, fact });
    await load();
  }

  async function complaintHandled(job: string, text: string): Promise<void> {
    const blank = { stars: 0, chips: '', do_not_contact: false, complaint: false };
    await call('noteOnDesk', { fact: { fact: 'follow_up', job, kind: 'call', text, handled: true, ...blank } });
    await load();
  }

  async function costOfKm(fen: number): Promise<void> {
    await call('noteOnDesk', { fact: { fact: 'about', key: 'costs/km_fen', value: String(fen) } });
    await load();
  }

  return { wanted, view, load, close, show, settle, claim, propose, undo, statement, purchase, complaintHandled, costOfKm };
});
