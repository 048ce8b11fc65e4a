/** 配件: every stock, requests, old parts; what the owner does about them. */
import type { OneOldPart, OldPartStep, PartsDesk, PartTerms, RequestStep, StockFact } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { useBooks } from './books';
import { latest } from './latest';
import { shownAgain } from './shownAgain';

export const useParts = defineStore('parts', () => {
  const view = ref<PartsDesk | null>(null);
  /** Its page is open: what changes elsewhere is fetched for it. */
  const watched = ref(false);
  const load = latest(async () => {
    view.value = await call('partsDesk');
  });
  async function then(work: Promise<unknown>): Promise<void> {
    await work;
    await shownAgain(load);
  }

  /** A movement of a stock; its id withdraws it. */
  async function move(member: string | null, fact: StockFact): Promise<string> {
    const id = await call('moveParts', { member, fact });
    await shownAgain(load);
    return id;
  }
  /** Takes back a movement, or the last answer to a request with what came by it. */
  const withdraw = (of: string) => then(call('noteOnDesk', { fact: { fact: 'withdraw', of } }));
  const answer = (request: string, step: RequestStep, note: string) =>
    then(call('noteOnDesk', { fact: { fact: 'answer', request, step, promised: null, note } }));
  const arrived = (member: string, request: string) => then(call('partArrived', { member, request }));
  const setTerms = (terms: PartTerms) => then(call('setPartTerms', terms));
  const sayOld = (parts: OneOldPart[], step: OldPartStep | null, said: { batch?: string; courier?: string; deducted_fen?: number } = {}) =>
    then(call('sayOldParts', { parts, step, batch: said.batch ?? '', courier: said.courier ?? '', deducted_fen: said.deducted_fen ?? 0 }));

  useBooks().follow(() => watched.value, load);
  return { view, watched, load, move, withdraw, answer, arrived, setTerms, sayOld };
});
