/** What is typed on the desk and not saved is there after a reload: the page of the same address, opened anew from what the core kept. */
import { flushPromises } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { openStory } from '../../test/door';
import { close, onePageEach, open, seen, tap, type } from '../../test/page';
import { flush } from '@/stores/draft';
import SpokenDigits from '@/pages/SpokenDigits.vue';
import { ran } from '../../test/builders';
import BoardPage from './board/BoardPage.vue';
import CollectionCard from './CollectionCard.vue';
import WordsPage from './settings/WordsPage.vue';
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

  it('a dispatch text that was pasted, until the order is taken or cleared', async () => {
    const world = await reloaded(OrdersPage, '/desk/orders', async () => {
      await tap('new-order');
      await type('order-paste', '王芳 热水器漏电');
    });
    expect(value('order-paste')).toBe('王芳 热水器漏电');
    await tap('order-clear');
    expect(value('order-paste')).toBe('');
    await flush();
    expect(world.story.drafts.has('order/pasted')).toBe(false);
  });

  it('a collection code, until it is saved', async () => {
    const first = () => useSession().load();
    const world = await reloaded(CollectionCard, '/desk/settings', () => type('collection-text', 'wxp://f2f0outlet'), first);
    expect(value('collection-text')).toBe('wxp://f2f0outlet');
    seen('collection-text')?.closest('form')?.dispatchEvent(new Event('submit'));
    await flushPromises();
    expect(world.asked.at(-1)?.command).toBe('set_collection');
    await flush();
    expect(world.story.drafts.has('collection')).toBe(false);
  });

  it('why somebody’s grade is set aside, in the list and on the board, until it is told', async () => {
    const stop = { code: 'grade_too_low' as const, subject: null, jump: { to: 'owner' as const } };
    const low = { member: ran, assigned: false, fits: false, may_set_aside: true, stops: [stop], reasons: [] };
    const first = (world: World) => {
      world.story.do_suggest = ({ job }) => ({ job, needs: [], difficulty: 'b', wished: null, lines: [low] });
    };
    const open = () => tap('assign', 'assign-冉小军');
    const inList = async () => {
      await open();
      await type('assign-reason', '师傅电话带');
    };
    const world = await reloaded(OrdersPage, '/desk/orders?state=open', inList, first);
    await open();
    expect(value('assign-reason')).toBe('师傅电话带');
    await tap('assign-done');
    expect(world.asked.some((each) => each.command === 'assign')).toBe(true);
    await flush();
    expect([...world.story.drafts.keys()].filter((key) => key.endsWith('/aside'))).toEqual([]);
    close();
    const onBoard = async () => {
      await tap('pool-card', 'suggest-冉小军');
      await type('aside-reason', '人手不够');
    };
    await reloaded(BoardPage, '/desk/board', onBoard, first);
    await tap('suggest-冉小军');
    expect(value('aside-reason')).toBe('人手不够');
  });

  it('for which sum digits are said, and how many jobs are drawn', async () => {
    await reloaded(SpokenDigits, '/desk/orders', () => type('spoken-sum', '95.5'));
    expect(value('spoken-sum')).toBe('95.5');
    close();
    await reloaded(ReviewPage, '/desk/review?pane=sample', () => type('sample-count', '4'));
    expect(value('sample-count')).toBe('4');
  });

  it('a figure of a rule set, before its field is left', async () => {
    await reloaded(WordsPage, '/desk/settings/words?kind=numbers', async () => {
      const [figure] = document.querySelectorAll<HTMLInputElement>('[data-test^="value/"]');
      await type(figure?.dataset.test ?? '', '77');
    });
    expect(document.querySelector<HTMLInputElement>('[data-test^="value/"]')?.value).toBe('77');
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
