/** A maker's parts list as a file: laid beside the one in force, then published. */
import type { PartColumn, PartsPlan, PartsPublished } from '@schemas';
import { call } from '@/api/call';
import { usePicked } from './picked';

export function usePartList(today: string) {
  const picked = usePicked<PartColumn, PartsPlan, { from: string }>({
    place: 'parts',
    fresh: (before) => before ?? { from: today },
    read: (base64, sheet, columns) => call('readParts', { base64, sheet, columns }),
  });

  /** What was published shows in the same plan. */
  async function publish(from: number): Promise<PartsPublished | null> {
    const plan = picked.plan.value;
    if (!plan) return null;
    const { sheet, columns } = plan;
    const done = await call('publishParts', { base64: picked.body(), sheet, columns, from });
    picked.forget();
    await picked.again();
    return done;
  }

  return { ...picked, publish };
}
