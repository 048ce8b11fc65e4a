/** What the desk changes and the core can take back has its way back where it was made. */
import { flushPromises } from '@vue/test-utils';
import { expect, it } from 'vitest';
import { openStory } from '../../test/door';
import { onePageEach, open, seen, tap, type } from '../../test/page';
import { useNotices } from '@/stores/notices';
import { useSession } from '@/stores/session';
import CustomersPage from './customers/CustomersPage.vue';
import JobPanel from './JobPanel.vue';
import PartsPage from './parts/PartsPage.vue';
import ReviewPage from './review/ReviewPage.vue';
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
