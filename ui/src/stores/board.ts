/** 调度: one day of the outlet, and what is done on it. Each change says how it is taken back. */
import type { BoardView, JobView, SuggestView, Window } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { useJobs, type SetAside, type Undoing } from './jobs';
import { latest } from './latest';

export const useBoard = defineStore('board', () => {
  const jobs = useJobs();
  /** Any moment of the day shown; `null` is today. */
  const at = ref<number | null>(null);
  const view = ref<BoardView | null>(null);

  const load = latest(async () => {
    const asked = at.value;
    const answer = await call('board', { at: asked });
    if (asked === at.value) view.value = answer;
  });

  async function show(day: number | null): Promise<void> {
    at.value = day;
    await load();
  }

  /** The way back, and the board as it is then. */
  function back(answers: [JobView, string][]): Undoing {
    const undo = jobs.wayBack(answers);
    return async () => {
      await undo();
      await load();
    };
  }

  /** Who has the job from now on; grades that are in the way are set aside first, with the reason (R7). */
  async function assign(job: string, members: string[], aside: SetAside | null = null): Promise<Undoing> {
    if (aside) await jobs.setAside(job, aside);
    const answer = await jobs.assign({ job, members });
    await load();
    return back([[answer, 'assign']]);
  }

  /** Another agreed time, and where a bar was let go in another row, other people. */
  async function move(job: string, window: Window, members: string[] | null = null): Promise<Undoing> {
    const answers: [JobView, string][] = [];
    // People first: a refusal leaves the time as it was.
    if (members) answers.push([await jobs.assign({ job, members }), 'assign']);
    await jobs.noteOnOrder({ job, fact: { fact: 'window', window } });
    const moved = jobs.open.get(job);
    if (moved) answers.push([moved, 'set_window']);
    await load();
    return back(answers);
  }

  const suggest = (job: string, beside: string[] = []): Promise<SuggestView> => call('suggest', { job, beside });

  return { at, view, load, show, assign, move, suggest };
});
