import type { JobCard, JobList } from '@schemas';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { useOrders } from './orders';

const call = vi.hoisted(() => vi.fn());
vi.mock('@/api/call', () => ({ call }));

const card = (job: string) => ({ job }) as JobCard;
const page = (next: string | null, ...jobs: string[]): JobList => ({ jobs: jobs.map(card), next });

beforeEach(() => {
  setActivePinia(createPinia());
  call.mockReset();
});

describe('the orders of a day', () => {
  it('shows the first page at once and the others behind it, each job once', async () => {
    const orders = useOrders();
    const pages = [page('a', 'J1', 'J2'), page('b', 'J3', 'J2'), page(null, 'J4')];
    const seen: (number | undefined)[] = [];
    call.mockImplementation(async () => {
      seen.push(orders.list?.length);
      return pages.shift();
    });
    await orders.load();
    expect(seen).toEqual([undefined, 2, 3]);
    expect(orders.list?.map((each) => each.job)).toEqual(['J1', 'J2', 'J3', 'J4']);
    expect(call.mock.calls.map(([, input]) => input)).toEqual([
      { at: null, after: null },
      { at: null, after: 'a' },
      { at: null, after: 'b' },
    ]);
  });

  it('keeps what it shows until a day that it knows is here whole again', async () => {
    const orders = useOrders();
    call.mockResolvedValueOnce(page('a', 'J1')).mockResolvedValueOnce(page(null, 'J2'));
    await orders.load();
    call.mockResolvedValueOnce(page('a', 'J1')).mockImplementationOnce(async () => {
      expect(orders.list).toHaveLength(2);
      return page(null, 'J3');
    });
    await orders.load();
    expect(orders.list?.map((each) => each.job)).toEqual(['J1', 'J3']);
  });

  it('leaves a day that was turned over to the next one', async () => {
    const orders = useOrders();
    call.mockImplementation(async (_: string, input: { at: number | null }) => {
      if (input.at === null) void orders.show(86_400_000);
      return input.at === null ? page('a', 'J1') : page(null, 'J9');
    });
    await orders.load();
    expect(orders.list?.map((each) => each.job)).toEqual(['J9']);
  });
});
