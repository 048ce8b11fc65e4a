import type { FormField } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { expect, it, vi } from 'vitest';
import { useNotices } from '@/stores/notices';
import { EVERY } from '@/stores/relay';
import { useRuleSets } from '@/stores/ruleSets';
import { openStory, T } from '../../../test/door';
import { onePageEach, open, seen, tap, type World } from '../../../test/page';
import PapersPage from './PapersPage.vue';
import RelayPage from './RelayPage.vue';
import RulesPage from './RulesPage.vue';
import WordsPage from './WordsPage.vue';

onePageEach();

const asked = (world: World, command: string) => world.asked.filter((each) => each.command === command).map((each) => each.input);

async function choose(text: string): Promise<void> {
  const input = seen('set-file') as HTMLInputElement;
  Object.defineProperty(input, 'files', { value: [new File([text], 'limits.json')], configurable: true });
  input.dispatchEvent(new Event('change'));
  for (let n = 0; n < 4; n += 1) await flushPromises();
}

async function type(name: string, value: string, event = 'input'): Promise<void> {
  const input = seen(name) as HTMLInputElement;
  input.value = value;
  input.dispatchEvent(new Event(event));
  await flushPromises();
}

it('r11 a limit file shows what differs and which open jobs feel it, and holds from its day', async () => {
  const world = await open(RulesPage, openStory('owner'), '/desk/settings/rules?kind=limits');
  await tap('set-import');
  await choose('{}');
  expect(seen('change')?.textContent).toContain('4 Ω');
  expect(seen('change')?.textContent).toContain('1 Ω');
  const jobs = [...document.querySelectorAll(T('changed-job'))].map((each) => each.textContent);
  expect(jobs).toHaveLength(2);
  expect(jobs[0]).toContain('接地电阻');
  expect(jobs[1]).toContain('龚正平');
  expect(seen('changed-jobs')?.textContent).toContain('131 张未完工单里，2 张有变化');
  await tap('set-publish');
  expect(asked(world, 'publish_set')[0]).toMatchObject({ kind: 'limits', file: '{}' });
  expect(seen('set-import')).not.toBeNull();
  expect(document.querySelectorAll(T('set-version'))).toHaveLength(2);
});

it('a version that has not begun is taken back', async () => {
  const world = await open(RulesPage, openStory('owner'), '/desk/settings/rules?kind=limits');
  await tap('set-import');
  await choose('{}');
  await tap('set-publish');
  await tap('set-back');
  expect(asked(world, 'take_back_set')[0]).toMatchObject({ kind: 'limits' });
  expect(document.querySelectorAll(T('set-version'))).toHaveLength(1);
});

it('the way back of a notice says why it failed, though its form is gone', async () => {
  const { story } = await open(RulesPage, openStory('owner'), '/desk/settings/rules?kind=limits');
  await tap('set-import');
  await choose('{}');
  await type('set-day', '2099-01-01');
  await tap('set-publish');
  story.do_take_back_set = () => ({ failure: { code: 'set_begun', params: {}, detail: 'the set has begun' } });
  useNotices().shown.at(-1)?.undo?.run();
  await flushPromises();
  expect(useNotices().shown.map((each) => each.kind)).toContain('failed');
});

it('a file that can’t be used says where and why, and nothing is published', async () => {
  const world = await open(RulesPage, openStory('owner'), '/desk/settings/rules');
  await tap('set-import');
  await choose('no json');
  expect(seen('set-wrong')?.textContent).toContain('第 1 行');
  expect(seen('set-publish')).toBeNull();
  expect(asked(world, 'publish_set')).toEqual([]);
});

it('r30 the limit for damage is written in a form, kept while it is typed, compared and published', async () => {
  const story = openStory('owner');
  const world = await open(WordsPage, story, '/desk/settings/words?kind=promises');
  const limit = 'value/promises/compensation_limit_fen';
  expect((seen(limit) as HTMLInputElement).value).toBe('300');
  await type(limit, '500', 'change');
  expect(seen('words-changed')?.textContent).toContain('改了 1 处');
  await tap('words-compare');
  expect(asked(world, 'revise_set')[0]).toEqual({
    kind: 'promises',
    values: [{ pointer: '/promises/compensation_limit_fen', value: { of: 'money', is: 50_000 } }],
  });
  await tap('set-publish');
  expect(asked(world, 'publish_set')).toHaveLength(1);
  expect(seen('words-changed')?.textContent).toContain('没有改动');
});

it('what another window publishes comes into the form, and a figure that is half typed stays', async () => {
  const world = await open(WordsPage, openStory('owner'), '/desk/settings/words?kind=promises');
  const shown = (name: string) => (seen(`value/promises/${name}`) as HTMLInputElement).value;
  await type('value/promises/silence_hours', '70', 'change');
  await type('value/promises/compensation_limit_fen', '5', 'input');
  const before = world.story.do_set_form({ kind: 'promises' });
  const fields = (each: FormField): FormField =>
    each.pointer === '/promises/first_visit_hours' ? { ...each, value: { of: 'number', is: 23 } } : each;
  world.story.do_set_form = () => ({ ...before, rows: before.rows.map((row) => ({ ...row, fields: row.fields.map(fields) })) });
  world.story.do_publish_set({ kind: 'promises', file: '', from: 0 });
  await useRuleSets().load();
  await flushPromises();
  expect(['first_visit_hours', 'silence_hours', 'compensation_limit_fen'].map(shown)).toEqual(['23', '70', '5']);
});

it('a text is written in both languages, and one typed back is no change', async () => {
  const world = await open(WordsPage, openStory('owner'), '/desk/settings/words?kind=steps');
  const before = (seen('text-en/services/0/script') as HTMLTextAreaElement).value;
  await type('text-en/services/0/script', 'First I measure.');
  expect(seen('words-changed')?.textContent).toContain('改了 1 处');
  await type('text-en/services/0/script', before);
  expect(seen('words-compare')?.hasAttribute('disabled')).toBe(true);
  expect(asked(world, 'revise_set')).toEqual([]);
});

it('r10 a brand is authorised until a day, and its undo withdraws it', async () => {
  const world = await open(PapersPage, openStory('owner'));
  await type('brand-name', '凌越');
  await type('brand-expires', '2027-12-31');
  seen('brand-save')?.closest('form')?.dispatchEvent(new Event('submit'));
  await flushPromises();
  const rows = () => [...document.querySelectorAll<HTMLElement>(T('brand-row'))].map((row) => row.dataset.brand);
  expect(rows()).toContain('凌越');
  expect(asked(world, 'note_on_roster')[0]).toMatchObject({ fact: { fact: 'authorisation', brand: '凌越', withdrawn: false } });
  useNotices().shown.at(-1)?.undo?.run();
  await flushPromises();
  expect(rows()).not.toContain('凌越');
});

it('r7 a gas filing that is gone is said', async () => {
  await open(PapersPage, openStory('owner'));
  expect(seen('gas-row')?.textContent).toContain('60 天内');
  expect(seen('gas-missing')).toBeNull();
  await tap('gas-withdraw');
  expect(seen('gas-missing')).not.toBeNull();
});

it('a backup is asked for, and how the drill ended stays on the page', async () => {
  const world = await open(RelayPage, openStory('owner'));
  expect(seen('relay-up')?.textContent).toContain('42');
  expect(seen('drill-result')?.textContent).toContain('17004');
  await tap('drill-begin');
  expect(asked(world, 'drill_relay')).toHaveLength(1);
  expect(seen('drill-begin')?.hasAttribute('disabled')).toBe(true);
  await tap('relay-look');
  await tap('relay-look');
  expect(seen('drill-result')?.textContent).toContain('18240');
});

it('a relay that does not answer is said, with its addresses', async () => {
  const story = openStory('owner');
  story.story.health = null;
  await open(RelayPage, story);
  expect(seen('relay-down')).not.toBeNull();
  expect(document.querySelectorAll(T('relay-address'))).toHaveLength(2);
  expect(seen('drill-begin')).toBeNull();
});

it('a relay that ends while somebody looks is told without a touch, and so is one that is back', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const { story } = await open(RelayPage, openStory('owner'));
    const health = story.health;
    for (const [now, name] of [
      [null, 'relay-down'],
      [health, 'relay-up'],
    ] as const) {
      story.health = now;
      vi.advanceTimersByTime(EVERY);
      await flushPromises();
      expect(seen(name)).not.toBeNull();
    }
  } finally {
    vi.useRealTimers();
  }
});
