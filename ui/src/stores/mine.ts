/** What this member earned, carries, holds in cash and is allowed to do. */
import type { MineView, MonthView, RequestFact } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';
import { useNews } from './news';

export const useMine = defineStore('mine', () => {
  const view = ref<MineView | null>(null);
  const load = latest(async () => {
    const answer = await call('mine');
    view.value = answer;
    useNews().asked(answer.asked);
  });

  /** The month that is looked at; empty for the present one. */
  const wanted = ref('');
  const month = ref<MonthView | null>(null);
  const loadMonth = latest(async () => {
    const asked = wanted.value;
    const answer = await call('monthEarned', { month: asked });
    if (asked === wanted.value) month.value = answer;
  });
  async function showMonth(which: string): Promise<void> {
    wanted.value = which;
    await loadMonth();
  }

  async function ask(fact: RequestFact): Promise<string> {
    const id = await call('askOwner', { fact });
    await load();
    return id;
  }

  return { view, load, month, showMonth, loadMonth, ask };
});
