/** Everybody's month, and one member's line by line. */
import type { MakeWageSheet, NoteWage, WagesOf, WagesView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { useBooks } from './books';
import { latest } from './latest';
import { shownAgain } from './shownAgain';

export const useWages = defineStore('wages', () => {
  const wanted = ref<WagesOf>({ month: '', member: null });
  const view = ref<WagesView | null>(null);
  /** What the view answers: the choice goes back to it when another can't be fetched. */
  let answered = wanted.value;

  /** Nobody looks at it any more. */
  const close = () => void (view.value = null);

  const load = latest(async () => {
    const asked = wanted.value;
    const answer = await call('wages', asked);
    if (asked === wanted.value) [view.value, answered] = [answer, asked];
  });

  async function show(change: Partial<WagesOf>): Promise<void> {
    wanted.value = { ...wanted.value, ...change };
    const asked = wanted.value;
    try {
      await load();
    } catch (error) {
      if (asked === wanted.value) wanted.value = answered;
      throw error;
    }
  }

  async function note(input: NoteWage): Promise<string> {
    const { action } = await call('noteWage', input);
    await shownAgain(load);
    return action;
  }

  async function undo(action: string): Promise<void> {
    await call('undoDesk', { action });
    await shownAgain(load);
  }

  const sheet = (input: MakeWageSheet) => call('makeWageSheet', input);

  useBooks().follow(() => view.value !== null, load);
  return { wanted, view, load, close, show, note, undo, sheet };
});
