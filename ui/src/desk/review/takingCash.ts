/** 收款: money that a member hands in, with the member's own word or without one, and back again where it was a slip (R43). */
import type { AskedLine } from '@schemas';
import { money } from '@/format/amount';
import { useTexts } from '@/i18n';
import { useDoing } from '@/stores/doing';
import { useNotices } from '@/stores/notices';
import { useReview } from '@/stores/review';
import { useTurns } from '@/stores/turns';

export interface HandedIn {
  member: string;
  name: string;
  fen: number;
  asked: AskedLine | null;
  note?: string;
}

export function useTakingCash() {
  const turns = useTurns();
  const review = useReview();
  const notices = useNotices();
  const { t } = useTexts();
  const { busy, run } = useDoing();

  /** Whether it was written. */
  async function take({ member, name, fen, asked, note }: HandedIn): Promise<boolean> {
    const taken = await run(async () => {
      const id = await turns.takeCash(member, asked, fen, note);
      await review.load();
      return id;
    });
    if (!taken) return false;
    const back = async () => {
      await turns.withdrawCash(taken);
      await review.load();
      notices.done(t('turns.cashWithdrawn'));
    };
    notices.done(t('turns.cashTaken', { name, money: money(fen) }), { label: t('turns.takeBack'), run: () => void run(back) });
    return true;
  }

  return { busy, take };
}
