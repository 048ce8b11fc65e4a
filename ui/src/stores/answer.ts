/** A maker's answer to a month's claims: a file laid beside them, written down as one act, taken back as one. */
import type { AnswerColumn, AnswerPlan, DeskDone } from '@schemas';
import { call } from '@/api/call';
import { usePicked } from './picked';

export function useAnswer(maker: string, month: string) {
  const picked = usePicked<AnswerColumn, AnswerPlan, { turned: string[] }>({
    place: 'answer',
    of: `${maker}/${month}`,
    fresh: () => ({ turned: [] }),
    read: (base64, sheet, columns) => call('readAnswer', { maker, month, base64, sheet, columns }),
  });

  /** What was written shows in the same plan. */
  async function take(leave: string[], anyway: string[], reason: string): Promise<DeskDone | null> {
    const plan = picked.plan.value;
    if (!plan) return null;
    const { sheet, columns } = plan;
    const done = await call('takeAnswer', { maker, month: plan.month, base64: picked.body(), sheet, columns, leave, anyway, reason });
    picked.forget();
    await picked.again();
    return done;
  }

  async function undo(action: string): Promise<void> {
    await call('undoDesk', { action });
    if (picked.plan.value) picked.keep();
    await picked.again();
  }

  return { ...picked, take, undo };
}
