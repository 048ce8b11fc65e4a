/** A maker's parts list as a file: laid beside the one in force, then published. */
import type { PartColumn, PartsPlan, PartsPublished } from '@schemas';
import { call } from '@/api/call';
import { usePicked } from './tables';

export function usePartList() {
  const { bytes, ...picked } = usePicked<PartColumn, PartsPlan>((base64, sheet, columns) => call('readParts', { base64, sheet, columns }));

  /** What was published shows in the same plan. */
  async function publish(from: number): Promise<PartsPublished | null> {
    const plan = picked.plan.value;
    if (!plan) return null;
    const { sheet, columns } = plan;
    const done = await call('publishParts', { base64: bytes(), sheet, columns, from });
    await picked.again();
    return done;
  }

  return { ...picked, publish };
}
