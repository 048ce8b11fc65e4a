/** A table of another program on its way in, whatever its rows are to become: read by the core, its columns named by a person, kept until it is taken. */
import { ref, shallowRef, watch, type Ref } from 'vue';
import { CallFailed } from '@/api/call';
import { base64Of } from '@/api/picture';
import { useDoing } from './doing';
import { useKeptFile } from './keptFile';

/** The core reads no larger file, and says so. */
const MOST_BYTES = 20_000_000;

/** A picked table, as the core shows it before anything is written. */
export interface Plan<C> {
  sheets: string[];
  sheet: number;
  head: string[];
  columns: (C | null)[];
  samples: string[][];
  remembered: boolean;
  lacking: C[];
}

interface Chosen<C, S> {
  sheet: number;
  columns: (C | null)[];
  choice: S;
}

interface Wish<C, P, S> {
  place: string;
  of?: string;
  /** What else is chosen, when the plan is another one. */
  fresh: (before?: S) => S;
  read: (base64: string, sheet: number, columns: (C | null)[] | null) => Promise<P>;
}

export function usePicked<C extends string, P extends Plan<C>, S>({ place, of, fresh, read }: Wish<C, P, S>) {
  const kept = useKeptFile<Chosen<C, S>>(place, of);
  const { busy, failure, run } = useDoing({ quiet: true });
  const plan = shallowRef<P | null>(null);
  const name = ref('');
  const choice = ref(fresh()) as Ref<S>;
  /** A reload loses it, because it is too large to be kept. */
  const unkept = ref(false);
  let base64 = '';
  let turn = 0;

  /** A file that can't be read takes nothing's place. */
  async function look(body: string, sheet: number, columns: (C | null)[] | null): Promise<boolean> {
    const mine = ++turn;
    const next = await read(body, sheet, columns);
    if (mine !== turn) return false;
    [plan.value, base64] = [next, body];
    return true;
  }

  async function pick(file: File): Promise<void> {
    if (file.size > MOST_BYTES) {
      throw new CallFailed('readImport', { code: 'table_too_large', params: { megabytes: '20' }, detail: `${file.size} bytes` });
    }
    if (!(await look(await base64Of(file, 'table_damaged'), 0, null))) return;
    [name.value, choice.value] = [file.name, fresh()];
    keep();
  }

  /** What was kept is read as it was left. */
  async function reopen(): Promise<void> {
    const found = kept.found();
    if (!found) return;
    const { sheet, columns } = found.choice ?? { sheet: 0, columns: null };
    name.value = found.name;
    if ((await look(found.body, sheet, columns)) && found.choice) choice.value = found.choice.choice;
  }

  async function another(sheet: number, columns: (C | null)[] | null): Promise<void> {
    if (await look(base64, sheet, columns)) choice.value = fresh(choice.value);
  }

  const turnTo = (sheet: number) => another(sheet, null);
  const again = async () => plan.value && (await another(plan.value.sheet, plan.value.columns));

  /** A meaning is one column's: whoever had it before has none. */
  async function nameColumn(at: number, column: C | null): Promise<void> {
    const known: Plan<C> | null = plan.value;
    if (!known) return;
    const columns = known.columns.map((each, place) => (place === at ? column : each === column ? null : each));
    await another(known.sheet, columns);
  }

  function choose(): void {
    if (plan.value) kept.choose({ sheet: plan.value.sheet, columns: plan.value.columns, choice: choice.value });
  }
  function keep(): void {
    unkept.value = !kept.keep(name.value, base64);
    choose();
  }
  watch(plan, choose);
  watch(choice, choose, { deep: true });

  /** The file is taken or not wanted: nothing of it stays. */
  function drop(): void {
    turn += 1;
    kept.drop();
    [plan.value, name.value, base64, choice.value, unkept.value] = [null, '', '', fresh(), false];
  }

  /** As `drop`; what it answers brings everything back, unless another file was picked meanwhile. */
  function setAside(): () => void {
    const before = [plan.value, name.value, base64, choice.value] as const;
    drop();
    return () => {
      if (plan.value) return;
      [plan.value, name.value, base64, choice.value] = before;
      keep();
    };
  }

  const body = () => base64;
  const shown = { plan, name, choice, unkept, busy, failure, run, body };
  /** `forget`: what was written stays on the page and is not read again after a reload. */
  return { ...shown, pick, reopen, turnTo, again, nameColumn, keep, forget: kept.drop, drop, setAside };
}

export type Picked<C extends string = string> = Omit<ReturnType<typeof usePicked<C, Plan<C>, unknown>>, 'choice'>;
