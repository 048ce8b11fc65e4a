/** Takes the order for a visit that is due, and says so: an open one is shown instead of a second. */
import type { OrderVisit } from '@schemas';
import { useTexts } from '@/i18n';
import { useCustomers } from '@/stores/customers';
import { useDoing } from '@/stores/doing';
import { useNotices } from '@/stores/notices';

const MOMENT_MS = 5_000;

export function useOrdering() {
  const customers = useCustomers();
  const notices = useNotices();
  const { t } = useTexts();
  const { busy: ordering, run } = useDoing();

  async function order(visit: OrderVisit, customer: string): Promise<string | undefined> {
    const before = Date.now();
    const made = await run(() => customers.orderVisit(visit));
    if (!made) return undefined;
    const fresh = made.card.taken_at >= before - MOMENT_MS;
    notices.done(t(fresh ? 'customers.ordered' : 'customers.orderExists', { customer }));
    return made.card.job;
  }

  return { order, ordering };
}
