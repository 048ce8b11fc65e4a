/** Orders as tables: a picked file looked at and brought in, imports taken back, the list handed out. */
import type { ExportWhat, ImportDone, ImportPlan, ImportView, OrderColumn, TableFormat, TableMade, TableWhat } from '@schemas';
import { ref } from 'vue';
import { call } from '@/api/call';
import { inWindow, saveFile } from '@/api/host';
import { useTexts } from '@/i18n';
import { usePicked } from './picked';

/** Orders on their way in. */
export function useImport() {
  const done = ref<ImportDone | null>(null);
  const picked = usePicked<OrderColumn, ImportPlan, { anyway: number[] }>({
    place: 'orders',
    fresh: () => ({ anyway: [] }),
    read: (base64, sheet, columns) => call('readImport', { base64, sheet, columns }),
  });

  async function pick(file: File): Promise<void> {
    done.value = null;
    await picked.pick(file);
  }

  async function bring(): Promise<void> {
    const plan = picked.plan.value;
    if (!plan) return;
    const [{ sheet, columns }, { anyway }] = [plan, picked.choice.value];
    const answer = await call('importOrders', { name: picked.name.value, base64: picked.body(), sheet, columns, anyway });
    done.value = answer;
    if (!answer.stopped) return picked.drop();
    // The same file goes on where it was stopped; whoever was wanted anyway and is still alike stays so.
    await picked.again();
    const alike = new Set(picked.plan.value?.rows.filter((row) => row.state === 'alike').map((row) => row.row));
    picked.choice.value = { anyway: anyway.filter((row) => alike.has(row)) };
  }

  function leave(): void {
    picked.drop();
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
