/** Orders as tables: a picked file looked at and brought in, imports taken back, the list handed out. */
import type { ExportWhat, ImportDone, ImportPlan, ImportView, OrderColumn, TableFormat, TableMade } from '@schemas';
import { ref } from 'vue';
import { call } from '@/api/call';
import { inWindow, saveFile } from '@/api/host';
import { base64Of } from '@/api/picture';
import { useTexts } from '@/i18n';

/** One file on its way in. */
export function useImport() {
  const plan = ref<ImportPlan | null>(null);
  const name = ref('');
  const done = ref<ImportDone | null>(null);
  let base64 = '';

  async function look(sheet: number, columns: (OrderColumn | null)[] | null): Promise<void> {
    plan.value = await call('readImport', { base64, sheet, columns });
  }

  async function pick(file: File): Promise<void> {
    done.value = null;
    base64 = await base64Of(file);
    name.value = file.name;
    await look(0, null);
  }

  const turnTo = (sheet: number) => look(sheet, null);

  /** A meaning is one column's: whoever had it before has none. */
  async function nameColumn(at: number, column: OrderColumn | null): Promise<void> {
    if (!plan.value) return;
    const columns = plan.value.columns.map((each, place) => (place === at ? column : each === column ? null : each));
    await look(plan.value.sheet, columns);
  }

  async function bring(anyway: number[]): Promise<void> {
    if (!plan.value) return;
    const { sheet, columns } = plan.value;
    done.value = await call('importOrders', { name: name.value, base64, sheet, columns, anyway });
    plan.value = null;
  }

  function leave(): void {
    [plan.value, done.value, name.value, base64] = [null, null, '', ''];
  }

  return { plan, name, done, pick, turnTo, nameColumn, bring, leave };
}

/** Imports that can be taken back. */
export function useImports() {
  const list = ref<ImportView[]>([]);
  const load = async () => void (list.value = await call('imports'));
  const undo = (id: string, reason: string) => call('undoImport', { import: id, reason });
  return { list, load, undo };
}

/** The list as a file: where a browser shows the app, the browser saves it. */
export function useExport() {
  const { tongue } = useTexts();
  return async function write(what: ExportWhat, format: TableFormat): Promise<TableMade> {
    const made = await call('exportOrders', { what, format, language: tongue(), bytes: !inWindow });
    if (made.base64 !== null) saveFile(made.name, made.mime, made.base64);
    return made;
  };
}
