/** What is typed on the desk and not saved is there after a reload: the page of the same address, opened anew from what the core kept. */
import { describe, expect, it } from 'vitest';
import { openStory } from '../../test/door';
import { close, onePageEach, open, seen, tap, type } from '../../test/page';
import { flush } from '@/stores/draft';
import CustomersPage from './customers/CustomersPage.vue';
import JobPanel from './JobPanel.vue';
import OrdersPage from './OrdersPage.vue';
import PartsPage from './parts/PartsPage.vue';
import { useSession } from '@/stores/session';
import ReviewPage from './review/ReviewPage.vue';
import SettlementPage from './settlement/SettlementPage.vue';
import TeamPage from './TeamPage.vue';
import WagesPage from './wages/WagesPage.vue';

onePageEach();

type Page = Parameters<typeof open>[0];
type World = ReturnType<typeof openStory>;

/** The window is closed and opened again where it was; `first` is what the story began with. */
async function reloaded(
  page: Page,
  path: string,
  typing: () => Promise<void>,
  first: (world: World) => Promise<void> | void = () => undefined,
) {
  const before = openStory('owner');
  await first(before);
  await open(page, before, path);
  await typing();
  await flush();
  const at = before.router.currentRoute.value.fullPath;
  close();
  const after = openStory('owner');
  await first(after);
  before.story.drafts.forEach((text, key) => after.story.drafts.set(key, text));
  await open(page, after, at);
  return after;
}
const value = (name: string) => (seen(name) as HTMLInputElement | null)?.value;
const row = (name: string) => document.querySelector<HTMLElement>(`[data-test=${name}]`)?.click();

describe('after a reload there is still', () => {
  it('the new order, with its form open', async () => {
    await reloaded(OrdersPage, '/desk/orders', async () => {
      await tap('new-order');
      await type('order-name', '王芳');
    });
    expect(value('order-name')).toBe('王芳');
  });

  it('what a customer says on the phone, from the list and from the sample', async () => {
    await reloaded(CustomersPage, '/desk/customers?tab=calls', async () => {
      row('call-record');
      await tap('tab-calls');
      await type('call-text', '说水温不够');
    });
    expect(value('call-text')).toBe('说水温不够');
    close();
    await reloaded(
      ReviewPage,
      '/desk/review?pane=sample',
      async () => {
        row('sample-note');
        await tap('pane-sample');
        await type('call-text', '满意');
      },
      (world) => void world.story.answer('draw_sample', { at: null, count: 2 } as never),
    );
    expect(value('call-text')).toBe('满意');
  });

  it('a step of settlement', async () => {
    await reloaded(SettlementPage, '/desk/settlement?job=01KAJ9Z0000000000000000103', async () => {
      await tap('step-deducted');
      await type('step-amount', '12.5');
      await type('step-reason', '照片不清');
    });
    expect([value('step-amount'), value('step-reason')]).toEqual(['12.5', '照片不清']);
  });

  it('a line of wages', async () => {
    await reloaded(WagesPage, '/desk/wages?member=0000RXJ2', async () => {
      await type('wage-amount', '20');
      await type('wage-reason', '二次上门');
    });
    expect([value('wage-amount'), value('wage-reason')]).toEqual(['20', '二次上门']);
  });

  it('a paper of the roster', async () => {
    await reloaded(TeamPage, '/desk/team?papers=0000RXJ2', () => type('paper-number', 'T5120'));
    expect(value('paper-number')).toBe('T5120');
  });

  it('a movement of parts, and what a part should cost', async () => {
    await reloaded(PartsPage, '/desk/parts', async () => {
      row('part-row');
      await tap('tab-stock');
      await type('move-note', '给龙师傅');
      await type('terms-dealer', '33');
    });
    expect([value('move-note'), value('terms-dealer')]).toEqual(['给龙师傅', '33']);
  });

  it('a batch of old parts', async () => {
    await reloaded(PartsPage, '/desk/parts?tab=old', async () => {
      await tap('old-pick');
      await type('old-batch', 'B7');
    });
    await tap('old-pick');
    expect(value('old-batch')).toBe('B7');
  });

  it('why a request is refused', async () => {
    await reloaded(PartsPage, '/desk/parts?tab=requests', async () => {
      row('refuse');
      await tap('tab-requests');
      await type('refuse-reason', '店里有');
    });
    expect(value('refuse-reason')).toBe('店里有');
  });

  it('a note on a customer and a contract', async () => {
    const page = { components: { CustomersPage }, template: '<CustomersPage phone="13800001234" />' };
    await reloaded(page, '/desk/customers/13800001234', async () => {
      await type('note-text', '下午在家');
      await tap('contract-add');
      await type('contract-price', '200');
    });
    expect([value('note-text'), value('contract-price')]).toEqual(['下午在家', '200']);
  });

  it('why a sheet goes back', async () => {
    const first = async (world: World) => {
      await useSession().load();
      world.story.answer('finish', { job: '01KAJ9Z0000000000000000001', outcome: 'completed' } as never);
    };
    await reloaded(
      JobPanel,
      '/desk/review',
      async () => {
        await tap('panel-return');
        await type('return-note', '缺铭牌');
      },
      first,
    );
    await tap('panel-return');
    expect(value('return-note')).toBe('缺铭牌');
  });
});
