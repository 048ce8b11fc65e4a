/** A maker's parts list as a file: laid beside the one in force, then published. */
import type { PartColumn, PartsPlan, PartsPublished } from '@schemas';
import { ref, watch } from 'vue';
import { call } from '@/api/call';
import { usePicked } from './picked';
import { useRuleSets } from './ruleSets';

export function usePartList(today: string) {
  const sets = useRuleSets();
  const picked = usePicked<PartColumn, PartsPlan, { from: string }>({
    place: 'parts',
    fresh: (before) => before ?? { from: today },
    read: (base64, sheet, columns) => call('readParts', { base64, sheet, columns }),
  });

  /** This very plan was published: of a list that begins later the core still says what it will change. */
  const taken = ref(false);
  watch(picked.plan, () => (taken.value = false), { flush: 'sync' });

  /**
   * What was published shows in the same plan. A list that has not begun can be taken back, unless it brought purchase prices or safe
   * stocks as well: those hold at once.
   */
  async function publish(from: number): Promise<(PartsPublished & { undo: (() => Promise<void>) | null }) | null> {
    const plan = picked.plan.value;
    if (!plan) return null;
    const { sheet, columns } = plan;
    const done = await call('publishParts', { base64: picked.body(), sheet, columns, from });
    picked.forget();
    await picked.again();
    taken.value = true;
    const lasting = columns.includes('dealer') || columns.includes('low');
    const id = lasting ? null : await sets.takesBack('faults', done.version);
    const undo = async () => {
      await sets.takeBack('faults', id ?? '');
      if (picked.plan.value) picked.keep();
      await picked.again();
    };
    return { ...done, undo: id === null ? null : undo };
  }

  return { ...picked, taken, publish };
}
