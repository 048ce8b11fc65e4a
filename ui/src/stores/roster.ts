/** 花名册: papers, grades, instruments, training, rewards. What is written at once is taken back by another fact. */
import type { RenewalDue, RosterFact, RosterView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export type PaperFact = Extract<RosterFact, { fact: 'certificate' }>;
export type KitFact = Extract<RosterFact, { fact: 'kit' }>;

export const useRoster = defineStore('roster', () => {
  const view = ref<RosterView | null>(null);
  const load = latest(async () => {
    view.value = await call('roster');
  });

  /** Writes a fact; its id names it afterwards. */
  async function note(fact: RosterFact): Promise<string> {
    const answer = await call('noteOnRoster', { fact });
    view.value = answer.roster;
    return answer.id;
  }

  async function removeKit(kit: string): Promise<void> {
    view.value = await call('removeKit', { kit });
  }

  /** Within how many days a paper ends that is called up as this. */
  const days = (due: RenewalDue): number => (view.value?.notice_days ?? 0) * (due === 'later' ? 2 : 1);

  return { view, load, days, note, removeKit };
});
