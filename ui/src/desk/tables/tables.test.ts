/** What every import shares: a file and what was chosen of it outlive a reload and nothing else; its rows are a table of the desk. */
import { flushPromises } from '@vue/test-utils';
import { beforeEach, describe, expect, it } from 'vitest';
import { openStory, T } from '../../../test/door';
import { close, onePageEach, open, seen, tap, type World } from '../../../test/page';
import { refuses } from '../../../test/refuses';
import { flush } from '@/stores/draft';
import { MOST_KEPT } from '@/stores/keptFile';
import { useNotices } from '@/stores/notices';
import ImportPage from '../orders/ImportPage.vue';
import PartListPage from '../parts/PartListPage.vue';
import PricesPage from '../prices/PricesPage.vue';
import RulesPage from '../settings/RulesPage.vue';
import AnswerPage from '../settlement/AnswerPage.vue';

onePageEach();

type Page = Parameters<typeof open>[0];
const ANSWER = '/desk/settlement/answer?maker=北岭&month=2026-11';
const ORDERS = '/desk/orders/import';

let world: World;
beforeEach(() => {
  world = openStory('owner');
});

async function choose(file: File, name = 'import'): Promise<void> {
  const input = seen(`${name}-file`) as HTMLInputElement;
  Object.defineProperty(input, 'files', { value: [file], configurable: true });
  input.dispatchEvent(new Event('change'));
  for (let n = 0; n < 4; n += 1) await flushPromises();
  // A file is read by the browser, which no promise of ours waits for.
  await new Promise((done) => setTimeout(done, 20));
  await flushPromises();
}
/** 客户,电话 */
const HEADS = '5a6i5oi3LOeUteivnQ==';
const csv = (name: string, text = '客户,电话') => new File([text], name);

async function set(name: string, value: string | boolean, event = 'change'): Promise<void> {
  const input = seen(name) as HTMLInputElement;
  if (typeof value === 'boolean') input.checked = value;
  else input.value = value;
  input.dispatchEvent(new Event(event));
  await flushPromises();
}

/** The window is closed and opened again where it was. */
async function reload(page: Page): Promise<void> {
  await flush();
  const [at, before] = [world.router.currentRoute.value.fullPath, world.story.drafts];
  close();
  world = openStory('owner');
  before.forEach((text, key) => world.story.drafts.set(key, text));
  await open(page, world, at);
  await flushPromises();
}
const last = (command: string) => world.asked.filter((each) => each.command === command).at(-1)?.input;
const kept = async () => (await flush(), [...world.story.drafts.keys()].filter((key) => key.startsWith('file/')));
const value = (name: string) => (seen(name) as HTMLInputElement | null)?.value;
const undo = async () => {
  useNotices()
    .shown.findLast((notice) => notice.undo)
    ?.undo?.run();
  await flushPromises();
};

describe('after a reload there is still', () => {
  it('the table of orders with its sheet, its columns and who comes anyway, until it is brought in', async () => {
    await open(ImportPage, world, ORDERS);
    await choose(csv('派工.csv'));
    await set('import-sheet', '1');
    await set('import-column-7', 'note');
    await set('import-anyway-7', true);
    await tap('import-state-alike');
    await reload(ImportPage);
    expect(seen('import-name')?.textContent).toBe('派工.csv');
    expect([value('import-sheet'), value('import-column-7')]).toEqual(['1', 'note']);
    expect((seen('import-anyway-7') as HTMLInputElement).checked).toBe(true);
    expect(document.querySelectorAll(T('import-row'))).toHaveLength(1);
    expect(seen('import-start')?.textContent).toContain('导入 3 单');
    await tap('import-start');
    expect(last('import_orders')).toMatchObject({ name: '派工.csv', base64: HEADS, anyway: [7] });
    expect(await kept()).toEqual([]);
  });

  it('a maker’s answer with what a person turned, for that month alone', async () => {
    await open(AnswerPage, world, ANSWER);
    await choose(csv('北岭回单.csv'));
    (document.querySelector(T('answer-take')) as HTMLInputElement).click();
    await flushPromises();
    expect(seen('answer-write')?.textContent).toContain('记下 4 单');
    await reload(AnswerPage);
    expect(seen('answer-write')?.textContent).toContain('记下 4 单');
    close();
    await open(AnswerPage, world, '/desk/settlement/answer?maker=云浣&month=2026-11');
    expect([seen('answer-name'), seen('import-columns')]).toEqual([null, null]);
    expect(await kept(), 'another maker’s page drops nothing').not.toEqual([]);
  });

  it('a parts list with its day', async () => {
    await open(PartListPage, world, '/desk/parts/list');
    await choose(csv('配件.csv'));
    await set('list-from', '2026-12-01', 'input');
    await reload(PartListPage);
    expect([value('list-from'), seen('list-name')?.textContent]).toEqual(['2026-12-01', '配件.csv']);
    await tap('list-publish');
    expect(await kept()).toEqual([]);
    expect(seen('list-rows'), 'what was published shows').not.toBeNull();
  });

  it('a price file with its kind and its day, in the drawer', async () => {
    await open(PricesPage, world, '/desk/prices');
    await tap('price-import', 'set-kind-settlement');
    await choose(csv('prices.json', '{}'), 'set');
    await set('set-day', '2027-01-15', 'input');
    await reload(PricesPage);
    expect([seen('set-name')?.textContent, value('set-day')]).toEqual(['prices.json', '2027-01-15']);
    expect(seen('set-kind-settlement')?.getAttribute('aria-checked')).toBe('true');
    await tap('set-publish');
    expect(last('publish_set')).toMatchObject({ kind: 'settlement', file: '{}' });
    expect(await kept()).toEqual([]);
  });

  it('a rule file, for its own kind alone, and one that can’t be used says so again', async () => {
    await open(RulesPage, world, '/desk/settings/rules?kind=limits');
    await tap('set-import');
    await choose(csv('limits.json', 'no json'), 'set');
    await reload(RulesPage);
    expect(seen('set-wrong')?.textContent).toContain('第 1 行');
    close();
    await open(RulesPage, world, '/desk/settings/rules?kind=needs&import=1');
    expect(seen('set-name')).toBeNull();
    close();
    await open(RulesPage, world, '/desk/settings/rules?kind=limits&import=1');
    await tap('set-drop');
    expect(await kept()).toEqual([]);
    expect([seen('set-name'), seen('set-wrong')]).toEqual([null, null]);
  });
});

describe('a file', () => {
  it('that is not wanted leaves nothing, and its undo brings all of it back', async () => {
    await open(ImportPage, world, ORDERS);
    await choose(csv('派工.csv'));
    await set('import-anyway-7', true);
    await tap('import-drop');
    expect([seen('import-columns'), await kept()]).toEqual([null, []]);
    await undo();
    expect(seen('import-start')?.textContent).toContain('导入 3 单');
    expect(await kept()).toContain('file/orders');
  });

  it('that was picked meanwhile is not overwritten by an undo', async () => {
    await open(ImportPage, world, ORDERS);
    await choose(csv('派工.csv'));
    await tap('import-drop');
    await choose(csv('又一份.csv'));
    await undo();
    expect(seen('import-name')?.textContent).toBe('又一份.csv');
  });

  it('that was dropped is brought back although its page was left', async () => {
    await open(ImportPage, world, ORDERS);
    await choose(csv('派工.csv'));
    await tap('import-drop');
    close();
    await undo();
    expect(await kept()).toContain('file/orders');
    await open(ImportPage, world, ORDERS);
    expect(seen('import-name')?.textContent).toBe('派工.csv');
  });

  it('that can’t be read says what to do and takes nothing’s place', async () => {
    await open(ImportPage, world, ORDERS);
    const mended = refuses(world.story, 'read_import');
    await choose(csv('坏.xlsx'));
    expect(seen('import-wrong')?.getAttribute('role')).toBe('alert');
    expect([seen('import-name'), await kept()]).toEqual([null, []]);
    mended();
    await choose(csv('派工.csv'));
    expect(seen('import-wrong')).toBeNull();
    refuses(world.story, 'read_import');
    await choose(csv('坏.xlsx', '坏'));
    expect([seen('import-name')?.textContent, seen('import-wrong') !== null]).toEqual(['派工.csv', true]);
    await tap('import-start');
    expect(last('import_orders')).toMatchObject({ name: '派工.csv', base64: HEADS });
  });

  it('too large for the core is not sent there', async () => {
    await open(ImportPage, world, ORDERS);
    const file = csv('大.csv');
    Object.defineProperty(file, 'size', { value: 20_000_001 });
    await choose(file);
    expect(seen('import-wrong')?.textContent).toContain('20 MB');
    expect(last('read_import')).toBeUndefined();
  });

  it('too large to be kept says so, and is brought in all the same', async () => {
    await open(ImportPage, world, ORDERS);
    await choose(csv('大.csv', 'a'.repeat(MOST_KEPT)));
    await expect.poll(() => seen('import-unkept')).not.toBeNull();
    expect(await kept()).toEqual([]);
    await tap('import-start');
    expect(last('import_orders')).toMatchObject({ name: '大.csv' });
  });

  it('whose import was stopped goes on, also after a reload', async () => {
    await open(ImportPage, world, ORDERS);
    await choose(csv('派工.csv'));
    world.story.do_import_orders = () => ({ import: 'a.1', taken: 1, alike: 0, here: 0, wrong: 0, stopped: true });
    await tap('import-start');
    expect(seen('import-note')?.textContent).toContain('中途停了');
    expect(seen('import-start')).not.toBeNull();
    await reload(ImportPage);
    expect(seen('import-start')?.textContent).toContain('导入 2 单');
  });

  it('that was written and undone is on its way in again', async () => {
    await open(AnswerPage, world, ANSWER);
    await choose(csv('北岭回单.csv'));
    await tap('answer-write');
    expect(await kept()).toEqual([]);
    await undo();
    expect(await kept()).toContain('file/answer');
  });
});

describe('the rows of a file', () => {
  const customers = () => [...document.querySelectorAll(`${T('import-row')} b`)].map((each) => each.textContent);

  it('are sorted, searched and marked by keys', async () => {
    await open(ImportPage, world, ORDERS);
    await choose(csv('派工.csv'));
    await tap('sort-import-table-customer', 'sort-import-table-customer');
    expect(customers()[0]).toBe('王芳');
    expect(world.router.currentRoute.value.query.sort).toBe('-customer');
    const row = document.querySelector<HTMLElement>('[data-row="7"]');
    row?.focus();
    row?.dispatchEvent(new KeyboardEvent('keydown', { key: ' ', bubbles: true, cancelable: true }));
    await flushPromises();
    expect((seen('import-anyway-7') as HTMLInputElement).checked).toBe(true);
  });

  it('many: only those near the window are drawn, and a part of them is not put in another order', async () => {
    const read = world.story.do_read_import.bind(world.story);
    world.story.do_read_import = (input) => {
      const plan = read(input);
      const one = plan.rows[4];
      const rows = Array.from({ length: 3000 }, (_, at) => ({ ...(one as NonNullable<typeof one>), row: at + 2 }));
      return { ...plan, rows, ready: 7000, alike: 3000, here: 0, wrong: 0 };
    };
    await open(ImportPage, world, ORDERS);
    await choose(csv('派工.csv'));
    expect(document.querySelectorAll(T('import-row')).length).toBeLessThan(200);
    expect(seen('sort-import-table-customer')).toBeNull();
    await set('import-anyway-all', true);
    expect(seen('import-start')?.textContent).toContain('导入 10000 单');
    await reload(ImportPage);
    expect((seen('import-anyway-all') as HTMLInputElement).checked).toBe(true);
  });
});
