/** Rule sets: what is in force and to come, another file beside it, the open jobs that it would change, and sets as forms. */
import type { JobBySet, JobsBySetView, NewValue, PublishSet, RuleSetsView, SetFile, SetForm, SetKind } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { inWindow, saveFile } from '@/api/host';
import { useBooks } from './books';
import { latest } from './latest';
import { shownAgain } from './shownAgain';

/** The core reads no larger file. */
export const MOST_BYTES = 2 * 1024 * 1024;

export const useRuleSets = defineStore('ruleSets', () => {
  const view = ref<RuleSetsView | null>(null);
  const load = latest(async () => void (view.value = await call('ruleSets')));
  const close = () => void (view.value = null);
  const compare = (input: SetFile) => call('compareSet', input);
  const form = (kind: SetKind): Promise<SetForm> => call('setForm', { kind });
  const revise = (kind: SetKind, values: NewValue[]) => call('reviseSet', { kind, values });

  /** By which name a version that was just published is taken back; `null` where it has begun. */
  async function takesBack(kind: SetKind, version: string): Promise<string | null> {
    await shownAgain(load);
    const of = view.value?.kinds.find((each) => each.kind === kind)?.versions ?? [];
    return of.findLast((each) => each.takes_back !== null && each.version === version)?.takes_back ?? null;
  }

  async function publish(input: PublishSet, version: string): Promise<string | null> {
    await call('publishSet', input);
    return takesBack(input.kind, version);
  }

  async function takeBack(kind: SetKind, id: string): Promise<void> {
    await call('takeBackSet', { kind, id });
    await shownAgain(load);
  }

  /** A version's file: where a browser shows the app, the browser saves it. */
  async function write(kind: SetKind, hash: string): Promise<string> {
    const made = await call('exportSet', { kind, hash, bytes: !inWindow });
    if (made.base64 !== null) saveFile(made.name, made.mime, made.base64);
    return made.path;
  }

  useBooks().follow(() => view.value !== null, load);
  return { view, load, close, compare, form, revise, takesBack, publish, takeBack, write };
});

/** The open jobs that a set would change, portion by portion: what is found is shown at once, and whoever leaves stops it. */
export function useJobsBySet() {
  const jobs = ref<JobBySet[]>([]);
  const looked = ref(0);
  const of = ref(0);
  const running = ref(false);
  let turn = 0;

  function stop(): void {
    turn += 1;
    running.value = false;
  }

  async function look(input: PublishSet): Promise<void> {
    stop();
    const mine = turn;
    [jobs.value, looked.value, of.value, running.value] = [[], 0, 0, true];
    try {
      let after: string | null = null;
      do {
        const portion: JobsBySetView = await call('jobsBySet', { ...input, after });
        if (mine !== turn) return;
        jobs.value.push(...portion.jobs);
        looked.value += portion.looked;
        of.value = portion.of;
        after = portion.after;
      } while (after !== null);
    } finally {
      if (mine === turn) running.value = false;
    }
  }

  return { jobs, looked, of, running, look, stop };
}
