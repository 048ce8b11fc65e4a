/** What a tap on a blocker does: the form that mends it opens here, or the page that does. */
import type { Blocker, JobOutcome } from '@schemas';
import { ref } from 'vue';
import { useRouter } from 'vue-router';
import { placeOfBlocker } from '../jump';
import { mendsOf, known } from './mendsOf';
import type { MendName, Values } from './fields';

export interface Mending {
  names: MendName[];
  blocker: Blocker;
  /** The outcome that it keeps shut, where it is another than "completed". */
  towards?: JobOutcome;
  known: Values;
}

export function useMend(job: string) {
  const router = useRouter();
  const mending = ref<Mending | null>(null);

  async function mend(blocker: Blocker, towards?: JobOutcome): Promise<void> {
    const names = mendsOf(blocker);
    if (names.length > 0) {
      mending.value = { names, blocker, towards, known: known(blocker, towards) };
      return;
    }
    const place = placeOfBlocker(job, blocker);
    if (place) await router.push(place);
  }

  /** Opens one form, whatever asked for it. */
  function fill(name: MendName, appliance: string, known: Values = {}): void {
    const blocker: Blocker = { code: 'unit_out', subject: null, jump: { to: 'bench', appliance } };
    mending.value = { names: [name], blocker, known };
  }

  function close(): void {
    mending.value = null;
  }

  return { mending, mend, fill, close };
}
