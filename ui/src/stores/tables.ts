/** Orders as tables: a picked file looked at and brought in, imports taken back, the list handed out. */
import type { ExportWhat, ImportDone, ImportPlan, ImportView, OrderColumn, TableFormat, TableMade, TableWhat } from '@schemas';
import { ref, shallowRef } from 'vue';
import { call } from '@/api/call';
import { inWindow, saveFile } from '@/api/host';
import { base64Of } from '@/api/picture';
import { useTexts } from '@/i18n';

/** A picked table, as the core shows it before anything is written. */
interface Plan<C> {
  sheet: number;
  columns: (C | null)[];
}

/** One file on its way in, whatever its rows are to become. */
export function usePicked<C, P extends Plan<C>>(read: (base64: string, sheet: number, columns: (C | null)[] | null) => Promise<P>) {
  const plan = shallowRef<P | null>(null);
  const name = ref('');
  let base64 = '';

  async function look(sheet: number, columns: (C | null)[] | null): Promise<void> {
    plan.value = await read(base64, sheet, columns);
  }

  async function pick(file: File): Promise<void> {
    base64 = await base64Of(file);
    name.value = file.name;
    await look(0, null);
  }

  const turnTo = (sheet: number) => look(sheet, null);
  const again = async () => plan.value && (await look(plan.value.sheet, plan.value.columns));

  /** A meaning is one column's: whoever had it before has none. */
  async function nameColumn(at: number, column: C | null): Promise<void> {
    const known: Plan<C> | null = plan.value;
    if (!known) return;
    const columns = known.columns.map((each, place) => (place === at ? column : each === column ? null : each));
    await look(known.sheet, columns);
  }

  function leave(): void {
    [plan.value, name.value, base64] = [null, '', ''];
  }

  return { plan, name, pick, turnTo, again, nameColumn, leave, bytes: () => base64 };
}

/** Orders on their way in. */
export function useImport() {
  const {
    bytes,
    leave: drop,
    ...picked
  } = usePicked<OrderColumn, ImportPlan>((base64, sheet, columns) => call('readImport', { base64, sheet, columns }));
  const done = ref<ImportDone | null>(null);

  async function pick(file: File): Promise<void> {
    done.value = null;
    await picked.pick(file);
  }

  async function bring(anyway: number[]): Promise<void> {
    const plan = picked.plan.value;
    if (!plan) return;
    const { sheet, columns } = plan;
    done.value = await call('importOrders', { name: picked.name.value, base64: bytes(), sheet, columns, anyway });
    picked.plan.value = null;
  }

  function leave(): void {
    drop();
    done.value = null;
  }

  return { ...picked, pick, done, bring, leave };
}

/** Imports that can be taken back. */
export function useImports() {
  const list = ref<ImportView[]>([]);
  const load = async () => void (list.value = await call('imports'));
  const undo = (id: string, reason: string) => call('undoImport', { import: id, reason });
  return { list, load, undo };
}

/** A list as a file: where a browser shows the app, the browser saves it. */
export function useExport() {
  const { tongue } = useTexts();
  const saved = (made: TableMade): TableMade => {
    if (made.base64 !== null) saveFile(made.name, made.mime, made.base64);
    return made;
  };
  const how = (format: TableFormat) => ({ format, language: tongue(), bytes: !inWindow });
  const orders = async (what: ExportWhat, format: TableFormat) => saved(await call('exportOrders', { what, ...how(format) }));
  const table = async (what: TableWhat, format: TableFormat) => saved(await call('exportTable', { what, ...how(format) }));
  return { orders, table };
}
