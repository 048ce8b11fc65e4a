import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { nextTick } from 'vue';
import { openStory, T } from '../../test/door';
import DeskTable from './DeskTable.vue';
import { fitting, sorted, turned, type Column } from './ordering';

interface Row {
  id: string;
  name: string;
  fen: number | null;
}
const columns: Column<Row>[] = [
  { key: 'name', label: '姓名', by: (row) => row.name },
  { key: 'fen', label: '金额', by: (row) => row.fen },
];
const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, at) => ({ id: `R${at}`, name: `客户 ${at}`, fen: (at * 7919) % count }));

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open(all: Row[], props: Record<string, unknown> = {}) {
  const world = openStory('owner');
  await world.router.push('/desk/orders');
  const opened: string[] = [];
  const marked: string[] = [];
  page = mount(DeskTable as never, {
    props: {
      name: 'rows',
      label: '表',
      rows: all,
      columns,
      keyOf: (row: Row) => row.id,
      said: (row: Row) => row.name,
      opens: true,
      marks: true,
      onOpen: (key: string) => void opened.push(key),
      onMark: (key: string) => void marked.push(key),
      ...props,
    } as never,
    slots: { row: '<template #row="{ row }"><td>{{ row.name }}</td><td>{{ row.fen }}</td></template>' },
    global: { plugins: world.plugins },
    attachTo: document.body,
  });
  await flushPromises();
  const table = page;
  const drawn = () => table.findAll('tr[data-row]');
  const key = async (name: string) => {
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
    await flushPromises();
    await nextTick();
  };
  const here = () => (document.activeElement as HTMLElement).dataset.row;
  return { page, router: world.router, drawn, key, here, opened, marked };
}

describe('a hundred thousand rows', () => {
  const MANY = 100_000;

  it('draw some dozen of them, at the beginning, in the middle and at the end', async () => {
    const { drawn, key, here, page: table } = await open(rows(MANY));
    expect(table.get('table').attributes('aria-rowcount')).toBe(String(MANY + 1));
    expect(drawn().length).toBeLessThan(100);
    (drawn()[0]?.element as HTMLElement).focus();
    await key('End');
    expect(here()).toBe(`R${MANY - 1}`);
    expect(drawn().length).toBeLessThan(100);
    const body = table.get('tbody').element;
    body.getBoundingClientRect = () => ({ top: -48 * 50_000, height: 0 }) as DOMRect;
    window.dispatchEvent(new Event('scroll'));
    await nextTick();
    expect(drawn().some((row) => row.attributes('data-row') === 'R50000')).toBe(true);
    expect(drawn().length).toBeLessThan(100);
  }, 30_000);

  it('are sorted and filtered as a whole', async () => {
    const { drawn, page: table, router } = await open(rows(MANY));
    await table.get(T('sort-rows-fen')).trigger('click');
    await flushPromises();
    expect(
      drawn()
        .slice(0, 2)
        .map((row) => row.text()),
    ).toEqual(['客户 00', expect.stringMatching(/1$/)]);
    expect(router.currentRoute.value.query).toEqual({ sort: 'fen' });
    await table.get(`input${T('filter-rows')}`).setValue('99999');
    await flushPromises();
    expect(drawn()).toHaveLength(1);
    expect(table.text()).toContain('100000 行中的 1 行');
    await table.get(`input${T('filter-rows')}`).setValue('没有');
    await flushPromises();
    await table.get(T('filter-clear-rows')).trigger('click');
    await flushPromises();
    expect(drawn().length).toBeGreaterThan(10);
  }, 30_000);
});

describe('the keys', () => {
  it('go from row to row and to the ends; Enter opens, Space marks', async () => {
    const { drawn, key, here, opened, marked } = await open(rows(300));
    (drawn()[0]?.element as HTMLElement).focus();
    const steps: [string, string][] = [
      ['ArrowDown', 'R1'],
      ['PageDown', 'R11'],
      ['End', 'R299'],
      ['ArrowDown', 'R299'],
      ['ArrowUp', 'R298'],
      ['Home', 'R0'],
      ['ArrowUp', 'R0'],
    ];
    for (const [name, row] of steps) {
      await key(name);
      expect(here(), name).toBe(row);
    }
    expect(opened).toEqual([]);
    await key('Enter');
    await key(' ');
    expect([opened, marked]).toEqual([['R0'], ['R0']]);
  });

  it('open as they go where the page wants it', async () => {
    const { drawn, key, opened } = await open(rows(10), { follows: true });
    (drawn()[0]?.element as HTMLElement).focus();
    await key('ArrowDown');
    expect(opened).toEqual(['R1']);
  });

  it('/ leads to the filter, and down from it to the rows', async () => {
    const { page: table, key, here } = await open(rows(10));
    await key('/');
    const box = table.get(`input${T('filter-rows')}`);
    expect(document.activeElement).toBe(box.element);
    await box.trigger('keydown', { key: 'ArrowDown' });
    await flushPromises();
    expect(here()).toBe('R0');
  });
});

describe('an order', () => {
  const some: Row[] = [
    { id: 'a', name: '张三', fen: 5 },
    { id: 'b', name: '阿明', fen: null },
    { id: 'c', name: '客户 10', fen: 7 },
    { id: 'd', name: '客户 9', fen: 1 },
  ];
  const ids = (order: string) =>
    sorted(some, columns, order, 'zh')
      .map((row) => row.id)
      .join('');

  it('is by what people read, numbers by their size, and nothing stands last whichever way', () => {
    expect(ids('name')).toBe('bdca');
    expect(ids('fen')).toBe('dacb');
    expect(ids('-fen')).toBe('cadb');
    expect(ids('gone')).toBe('abcd');
  });

  it('goes up, down and back', () => {
    expect(turned('', 'fen')).toBe('fen');
    expect(turned('fen', 'fen')).toBe('-fen');
    expect(turned('-fen', 'fen')).toBe('');
    expect(turned('name', 'fen')).toBe('fen');
  });

  it('of part of the rows is not offered', async () => {
    const { page: table } = await open(some, { partly: true, given: '-fen' });
    expect(table.findAll('.sort')).toHaveLength(0);
    expect(table.findAll('th').map((each) => each.attributes('aria-sort'))).toEqual([undefined, 'descending']);
  });

  it('a filter wants every word', () => {
    expect(fitting(some, '客户 9', (row) => row.name).map((row) => row.id)).toEqual(['d']);
  });
});
