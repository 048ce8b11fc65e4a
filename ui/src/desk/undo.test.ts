/** What the desk changes and the core can take back has its way back where it was made. */
import { flushPromises } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { openStory } from '../../test/door';
import { onePageEach, open, seen, tap, type } from '../../test/page';
import { useNotices } from '@/stores/notices';
import { useSession } from '@/stores/session';
import CustomersPage from './customers/CustomersPage.vue';
import CollectionCard from './CollectionCard.vue';
import JobPanel from './JobPanel.vue';
import NewOrder from './NewOrder.vue';
import OrdersPage from './OrdersPage.vue';
import PartListPage from './parts/PartListPage.vue';
import PartsPage from './parts/PartsPage.vue';
import ReviewPage from './review/ReviewPage.vue';
import HouseRules from './settings/HouseRules.vue';
import WordsPage from './settings/WordsPage.vue';
import SettlementPage from './settlement/SettlementPage.vue';

onePageEach();

async function at(page: Parameters<typeof open>[0], path: string, world = openStory('owner')) {
  const opened = await open(page, world, path);
  const said = (command: string) => world.asked.filter((each) => each.command === command).map((each) => each.input);
  const submit = async (name: string) => {
    seen(name)?.dispatchEvent(new Event('submit', { bubbles: true }));
    await flushPromises();
  };
  const undo = async () => {
    useNotices()
      .shown.findLast((notice) => notice.undo)
      ?.undo?.run();
    await flushPromises();
  };
  return { ...opened, said, submit, undo };
}

it('what a part should cost goes back to what it was', async () => {
  const { story, said, submit, undo } = await at(PartsPage, '/desk/parts?part=AQ-MF-63');
  const { low, dealer_fen, charged_fen } = story.parts.parts.find((part) => part.code === 'AQ-MF-63') ?? {};
  await type('terms-low', '9');
  await submit('terms-form');
  await undo();
  expect(said('set_part_terms')).toEqual([
    { code: 'AQ-MF-63', low: 9, dealer_fen, charged_fen },
    { code: 'AQ-MF-63', low, dealer_fen, charged_fen },
  ]);
});

it('old parts that were sent are sent again where a maker’s word was a slip', async () => {
  const world = openStory('owner');
  world.story.parts.old_parts = world.story.parts.old_parts.map((line) => ({ ...line, step: 'sent', batch: 'B7', courier: 'SF1' }));
  const { said, undo } = await at(PartsPage, '/desk/parts?tab=old', world);
  await tap('old-pick', 'old-accept');
  await undo();
  expect(said('say_old_parts').map(({ step, batch, courier }) => [step, batch, courier])).toEqual([
    ['accepted', '', ''],
    ['sent', 'B7', 'SF1'],
  ]);
});

it('the cost of a kilometre goes back to what it was', async () => {
  const { said, submit, undo } = await at(SettlementPage, '/desk/settlement?job=01KAJ9Z0000000000000000103');
  await type('cost-km', '1.50');
  await submit('cost-km');
  await undo();
  expect(said('note_on_desk').map(({ fact }) => (fact as { value: string }).value)).toEqual(['150', '0']);
});

it('a contract that was a slip is ended', async () => {
  const page = { components: { CustomersPage }, template: '<CustomersPage phone="13800001234" />' };
  const { said, submit, undo } = await at(page, '/desk/customers/13800001234');
  await tap('contract-add');
  await submit('contract-form');
  expect(said('note_on_desk')).toHaveLength(1);
  await undo();
  expect(said('end_contract')).toHaveLength(1);
});

it('a complaint that was called handled by mistake is open again', async () => {
  const { said, undo } = await at(SettlementPage, '/desk/settlement?job=01KAJ9Z0000000000000000102');
  await tap('lint-handled');
  await undo();
  expect(said('note_on_desk').map(({ fact }) => fact)).toMatchObject([
    { fact: 'follow_up', handled: true },
    { fact: 'withdraw', of: 'D0000001' },
  ]);
});

it('an order that was taken by mistake is cancelled', async () => {
  const { said, submit, undo } = await at(OrdersPage, '/desk/orders?new=1');
  await type('order-name', '王芳');
  await type('order-phone', '13800001234');
  await type('order-address', '建设路 12 号');
  await submit('order-form');
  expect(said('take_order')).toHaveLength(1);
  await undo();
  expect(said('note_on_order')).toMatchObject([{ fact: { fact: 'cancel', reason: '开错了' } }]);
});

it('cash that was taken in by mistake waits again', async () => {
  const { said, undo } = await at(ReviewPage, '/desk/review?pane=money');
  const waiting = () => document.querySelectorAll('[data-test=hand-in]').length;
  const before = waiting();
  await tap('take-cash');
  expect(waiting()).toBe(before - 1);
  await undo();
  expect(waiting()).toBe(before);
  expect(said('note_on_desk').map(({ fact }) => (fact as { fact: string }).fact)).toEqual(['cash_taken', 'withdraw']);
});

it('a call that was noted by mistake is called again', async () => {
  const { said, submit, undo } = await at(CustomersPage, '/desk/customers?tab=calls');
  const waiting = () => document.querySelectorAll('[data-test=call-record]').length;
  const before = waiting();
  await tap('call-record');
  await submit('call-form');
  expect(waiting()).toBeLessThan(before);
  await undo();
  expect(waiting()).toBe(before);
  expect(said('note_on_desk').map(({ fact }) => (fact as { fact: string }).fact)).toEqual(['follow_up', 'withdraw']);
});

it('an answer to a sheet is withdrawn', async () => {
  const world = openStory('owner');
  await useSession().load();
  world.story.answer('finish', { job: '01KAJ9Z0000000000000000001', outcome: 'completed' } as never);
  const { said, undo } = await at(JobPanel, '/desk/review', world);
  await tap('panel-approve');
  await undo();
  expect(said('answer_sheet').map(({ kind }) => kind)).toEqual(['approved', 'withdrawn']);
});

it('the outlet’s collection code goes back to the one before', async () => {
  await useSession().load();
  const { said, submit, undo } = await at(CollectionCard, '/desk/settings');
  const before = (seen('collection-text') as HTMLInputElement).value;
  await type('collection-text', 'https://pay.example/2');
  await submit('collection-text');
  await undo();
  expect(said('set_collection').map(({ code }) => code)).toEqual(['https://pay.example/2', before]);
  expect((seen('collection-text') as HTMLInputElement).value).toBe(before);
});

it('a day of purchase that was a slip is missing again', async () => {
  const { said, submit, undo } = await at(SettlementPage, '/desk/settlement?job=01KAJ9Z0000000000000000102');
  await type('lint-invoice', '2025-03-02');
  await submit('lint-invoice');
  await undo();
  expect(said('note_on_order').map(({ fact }) => (fact as { value: string }).value)).toEqual(['2025-03-02', '']);
});

it('a word on a request is taken back, the first one and a part that arrived as well', async () => {
  const { said, undo, page } = await at(PartsPage, '/desk/parts?tab=requests');
  const facts = () => said('note_on_desk').map(({ fact }) => fact);
  await tap('answer-approved');
  await undo();
  const { request } = facts()[0] as { request: string };
  expect(facts()).toMatchObject([{ step: 'approved' }, { fact: 'withdraw', of: request }]);
  expect(page.find('[data-test=answer-approved]').exists()).toBe(true);
  await tap('answer-approved');
  await tap('answer-ordered');
  await undo();
  expect(page.find('[data-test=answer-ordered]').exists()).toBe(true);
  const waiting = () => document.querySelectorAll('[data-test=answer-arrived]').length;
  const before = waiting();
  await tap('answer-arrived');
  expect(waiting()).toBe(before - 1);
  await undo();
  expect(facts().at(-1)).toEqual({ fact: 'withdraw', of: said('part_arrived')[0]?.request });
  expect(waiting()).toBe(before);
});

it('a note about a customer is taken back', async () => {
  const page = { components: { CustomersPage }, template: '<CustomersPage phone="13800001234" />' };
  const { said, submit, undo } = await at(page, '/desk/customers/13800001234');
  const notes = () => document.querySelectorAll('[data-test=note]').length;
  const before = notes();
  await type('note-text', '下午在家');
  await submit('note-text');
  expect(notes()).toBe(before + 1);
  await undo();
  expect(notes()).toBe(before);
  expect(said('note_on_customer')[1]).toMatchObject({ text: '', withdraws: expect.any(String) });
});

it('a first count is withdrawn', async () => {
  const { story, said, submit, undo } = await at(PartsPage, '/desk/parts?part=AQ-MF-63');
  const held = () => story.parts.parts.find((part) => part.code === 'AQ-MF-63')?.held;
  const before = held();
  await tap('move-what-count');
  await type('move-quantity', '99');
  await submit('move-form');
  expect(held()).not.toEqual(before);
  await undo();
  expect(said('note_on_desk').map(({ fact }) => fact)).toMatchObject([{ fact: 'withdraw' }]);
  expect(held()).toEqual(before);
});

it('old parts that nobody had said anything of are as the sheet says again', async () => {
  const { said, undo } = await at(PartsPage, '/desk/parts?tab=old');
  await tap('old-pick', 'old-accept');
  await undo();
  expect(said('say_old_parts').map(({ step, batch, courier }) => [step, batch, courier])).toEqual([
    ['accepted', '', ''],
    [null, '', ''],
  ]);
});

it('a switch of the house is turned back', async () => {
  await useSession().load();
  const { said, undo } = await at(HouseRules, '/desk/settings');
  await tap('house-grades');
  await tap('house-contract_visits');
  await undo();
  expect(said('note_on_roster').map(({ fact }) => fact)).toEqual([
    { fact: 'about', key: 'outlet/grades', value: 'off' },
    { fact: 'about', key: 'outlet/contract_visits', value: 'off' },
    { fact: 'about', key: 'outlet/contract_visits', value: 'on' },
  ]);
});

it('an order that was cleared away comes back, and what was typed since stays', async () => {
  const { undo } = await at(NewOrder, '/desk/orders?new=1');
  await type('order-name', '王芳');
  await type('order-phone', '13800000000');
  await tap('order-clear');
  await type('order-name', '李娟');
  await undo();
  expect(['order-name', 'order-phone'].map((name) => (seen(name) as HTMLInputElement).value)).toEqual(['李娟', '13800000000']);
});

it('wording that was dropped comes back', async () => {
  const { undo } = await at(WordsPage, '/desk/settings/words?kind=promises');
  const limit = seen('value/promises/compensation_limit_fen') as HTMLInputElement;
  limit.value = '500';
  limit.dispatchEvent(new Event('change'));
  await flushPromises();
  await tap('words-discard');
  expect(seen('words-discard')).toBeNull();
  await undo();
  expect(seen('words-changed')?.textContent).toContain('改了 1 处');
});

describe('a parts list', () => {
  async function published(columns: string[]) {
    const opened = await at(PartListPage, '/desk/parts/list');
    const input = seen('import-file') as HTMLInputElement;
    Object.defineProperty(input, 'files', { value: [new File(['编码'], '配件.csv')], configurable: true });
    input.dispatchEvent(new Event('change'));
    await expect.poll(() => seen('list-rows')).not.toBeNull();
    for (const at of columns) {
      (seen(`import-column-${at}`) as HTMLSelectElement).value = '';
      seen(`import-column-${at}`)?.dispatchEvent(new Event('change'));
      await flushPromises();
    }
    await type('list-from', '2099-12-01');
    await tap('list-publish');
    return opened;
  }

  it('that has not begun is taken back', async () => {
    const { said, undo } = await published(['4', '5']);
    expect(seen('list-publish')?.textContent).toContain('没有要更新的');
    await undo();
    expect(said('take_back_set')).toMatchObject([{ kind: 'faults' }]);
    expect(seen('list-publish')?.textContent).toContain('更新 2 种');
  });

  it('whose purchase prices hold at once is not', async () => {
    await published([]);
    expect(useNotices().shown.some((notice) => notice.undo)).toBe(false);
  });
});
