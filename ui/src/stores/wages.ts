/** Everybody's month, and one member's line by line. */
import type { MakeWageSheet, NoteWage, WagesOf, WagesView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export const useWages = defineStore('wages', () => {
  const wanted = ref<WagesOf>({ month: '', member: null });
  const view = ref<WagesView | null>(null);

  /** Nobody looks at it any more. */
  const close = () => void (view.value = null);

  const load = latest(async () => {
    const asked = wanted.value;
    const answer = await call('wages', asked);
    if (asked === wanted.value) view.value = answer;
  });

  async function show(change: Partial<WagesOf>): Promise<void> {
    wanted.value = { ...wanted.value, ...change };
    await load();
  }

  async function note(input: NoteWage): Promise<string> {
    const { action } = await call('noteWage', input);
    await load();
    return action;
  }

  async function undo(action: string): Promise<void> {
    await call('undoDesk', { action });
    await load();
  }

  const sheet = (input: MakeWageSheet) => call('makeWageSheet', input);

  return { wanted, view, load, close, show, note, undo, sheet };
});
