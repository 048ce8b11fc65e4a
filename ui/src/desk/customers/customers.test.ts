import { flushPromises } from '@vue/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { onePageEach, open, seen, tap, type } from '../../../test/page';
import { openStory, T } from '../../../test/door';
import { refuses } from '../../../test/refuses';
import { card } from '../../../test/builders';
import { customerLine, customerView } from '../../../test/deskBuilders';
import { useCustomers } from '@/stores/customers';
import { useNotices } from '@/stores/notices';
import CustomersPage from './CustomersPage.vue';

onePageEach();

async function openBook(phone?: string) {
  const world = openStory('owner');
  const opened = await open(CustomersPage, world);
  if (phone) await opened.page.setProps({ phone } as never);
  await flushPromises();
  const said = (command: string) => opened.asked.filter((each) => each.command === command).map((each) => each.input);
  return { ...opened, said };
}

describe('the book of customers', () => {
  it('is searched by what people know, and a customer opens beside it', async () => {
    vi.useFakeTimers();
    const { page, said } = await openBook();
    expect(page.findAll(T('customer-row'))).toHaveLength(2);
    await page.get('input').setValue('罗');
    await vi.advanceTimersByTimeAsync(200);
    await flushPromises();
    vi.useRealTimers();
    expect(said('list_customers').at(-1)).toEqual({ text: '罗', segment: null, after: null });
    expect(page.findAll(T('customer-row'))).toHaveLength(1);
    await page.setProps({ phone: '13800001234' } as never);
    await flushPromises();
    const shown = seen('customer')?.textContent ?? '';
    for (const word of ['王芳', '安泉 DSK-85', '2019年4月生产', '入冬前检查热水器', '保外', '院里有狗']) expect(shown).toContain(word);
  });

  it('is told apart by segment, together with what is looked for', async () => {
    const { page, said } = await openBook();
    expect(page.findAll(T('customer-segment')).map((each) => each.text())).toEqual(['城镇', '乡村']);
    await page.get(T('segment-village')).trigger('click');
    await flushPromises();
    expect(said('list_customers').at(-1)).toEqual({ text: '', segment: 'village', after: null });
    expect(page.findAll(T('customer-row'))).toHaveLength(1);
    await page.get(T('segment-vip')).trigger('click');
    await flushPromises();
    expect(page.get(T('empty')).text()).toContain('没有贵宾客户');
  });

  it('says what a maker was not told of, and hands it out', async () => {
    const { page, said } = await openBook();
    await page.get(T('tab-unreported')).trigger('click');
    await flushPromises();
    expect(said('unreported')).toHaveLength(1);
    expect(page.findAll(T('unreported-row')).map((each) => each.text())).toEqual([
      expect.stringContaining('杨光荣'),
      expect.stringContaining('张老师'),
    ]);
    await page.get(T('export-csv')).trigger('click');
    await flushPromises();
    expect(said('export_table')).toMatchObject([{ what: { what: 'unreported' }, format: 'csv' }]);
  });

  it('notes that a repair led to a sale, with its sum where one was made', async () => {
    const world = openStory('owner');
    world.story.one = customerView({ may_refer: { job: '01KAJ9Z0000000000000000002', why: 'condemned' } });
    const { page, asked } = await open(CustomersPage, world);
    await page.setProps({ phone: '13800001234' } as never);
    await flushPromises();
    expect(page.get(T('may-refer')).text()).toContain('判废');
    await page.get(T('refer-add')).trigger('click');
    await flushPromises();
    await page.get(T('refer-form')).trigger('submit');
    expect(
      asked.some((each) => each.command === 'note_on_desk'),
      'nothing said',
    ).toBe(false);
    await type('refer-text', '买了 ES65H');
    await type('refer-price', '1899');
    await page.get(T('refer-form')).trigger('submit');
    await flushPromises();
    const fact = { fact: 'referral', job: '01KAJ9Z0000000000000000002', text: '买了 ES65H', sold_fen: 189_900 };
    expect(asked.find((each) => each.command === 'note_on_desk')?.input).toMatchObject({ fact });
    expect(page.get(T('referral')).text()).toContain('卖出 ¥1,899.00');
  });

  it('keeps a note', async () => {
    const { page, said } = await openBook('13800001234');
    await type('note-text', ' 下午在家 ');
    await page.get(T('note-save')).trigger('submit');
    await flushPromises();
    expect(said('note_on_customer')).toEqual([{ phone: '13800001234', text: '下午在家', withdraws: null }]);
    expect(page.findAll(T('note'))).toHaveLength(2);
  });

  it('lets go of an answer that another question overtook', async () => {
    await openBook();
    const customers = useCustomers();
    const first = customers.find('王');
    await customers.find('罗');
    await first;
    expect(customers.lines?.map((line) => line.last.customer)).toEqual(['罗桂香']);
  });
});

describe('a maintenance contract', () => {
  it('is added, and refused where a month is no number', async () => {
    const { page, said } = await openBook('13800001234');
    await tap('contract-add');
    await type('contract-every', '0');
    await page.get(T('contract-form')).trigger('submit');
    expect(page.text()).toContain('整数月数');
    expect(said('note_on_desk')).toEqual([]);
    await type('contract-every', '6');
    await type('contract-price', '200');
    await page.get(T('contract-form')).trigger('submit');
    await flushPromises();
    expect(said('note_on_desk')[0]).toMatchObject({
      fact: {
        fact: 'contract',
        customer: '王芳',
        phone: '13800001234',
        appliance: '安泉 DSK-85',
        months: 12,
        every: 6,
        fen: 20_000,
        ended: false,
      },
    });
    expect(page.findAll(T('contract'))).toHaveLength(2);
  });

  it('becomes an order with one click, which is shown from then on', async () => {
    const { said } = await openBook('13800001234');
    await tap('contract-order');
    expect(said('order_visit')).toEqual([{ phone: '13800001234', job: null, kind: 'maintenance', what: '合同保养', contract: 'C0000001' }]);
    expect(seen('contract-order')).toBeNull();
    expect(seen('contract-ordered')).not.toBeNull();
  });
});

describe('what is due', () => {
  it('opens where something is, and who was told is gone until that is taken back', async () => {
    const { page, said } = await openBook();
    await tap('tab-due');
    expect(page.findAll(T('due-row'))).toHaveLength(1);
    expect(seen('due-told')).toBeNull();
    await page.get('[data-test="due-reason-season"], [role=radio]:last-of-type').trigger('click');
    await flushPromises();
    await tap('due-told');
    expect(said('tell_reminder')).toEqual([{ job: '01KAJ9Z0000000000000000002', reason: 'season', told: true }]);
    expect(seen('empty')?.textContent).toContain('现在没有要提醒的');
    useNotices().shown.at(-1)?.undo?.run();
    await flushPromises();
    expect(page.findAll(T('due-row'))).toHaveLength(1);
  });
});

describe('follow-up calls', () => {
  it('are listed gravest first and end with what was said', async () => {
    const { page, said } = await openBook();
    await tap('tab-calls');
    const names = () =>
      page
        .get(T('calls-title'))
        .findAll('.who')
        .map((each) => each.text());
    expect(names()).toEqual(['覃大勇', '王芳']);
    await page.findAll(T('call-record'))[1]?.trigger('click');
    await type('call-text', '满意');
    await page.get(T('call-form')).trigger('submit');
    await flushPromises();
    expect(said('note_on_desk')[0]).toMatchObject({ fact: { fact: 'follow_up', kind: 'call', text: '满意', do_not_contact: false } });
    expect(names()).toEqual(['覃大勇']);
  });
});

describe('failures', () => {
  it('are counted for a period that makes sense', async () => {
    const { page, said } = await openBook();
    await tap('tab-failures');
    expect(page.findAll(T('failure-row'))[0]?.text()).toContain('57%');
    await type('failures-from', '2026-12-01');
    await type('failures-to', '2026-11-01');
    await page.get('form').trigger('submit');
    expect(page.text()).toContain('不能晚于');
    expect(said('failure_counts')).toHaveLength(1);
  });
});

describe('a customer beside the book', () => {
  it('with an open job shows how far it is', async () => {
    const world = openStory('owner');
    world.story.one = customerView({ jobs: [card({ status: 'departed', outcome: null })] });
    const { page } = await open(CustomersPage, world);
    await page.setProps({ phone: '13800001234' } as never);
    await flushPromises();
    expect(page.get(T('customer-job')).text()).toContain('出发');
  });

  it('who can’t be opened is told, and the one before stays and has the notes', async () => {
    const { page, story, router, said } = await openBook('13800001234');
    const mend = refuses(story, 'customer');
    await page.setProps({ phone: '13800001099' } as never);
    await flushPromises();
    expect(useNotices().shown.at(-1)?.kind).toBe('failed');
    expect(seen('customer')?.textContent).toContain('王芳');
    expect(useCustomers().wanted).toBe('13800001234');
    expect(router.currentRoute.value.path).toBe('/desk/customers/13800001234');
    mend();
    await type('note-text', '下午在家');
    await page.get(T('note-save')).trigger('submit');
    await flushPromises();
    expect(said('note_on_customer')).toEqual([{ phone: '13800001234', text: '下午在家', withdraws: null }]);
  });

  it('a note goes to the one it was written on, whoever is opened meanwhile', async () => {
    const { said } = await openBook('13800001234');
    const customers = useCustomers();
    const opening = customers.open('13800001099');
    await customers.note('13800001234', '下午在家');
    await opening;
    expect(said('note_on_customer')).toEqual([{ phone: '13800001234', text: '下午在家', withdraws: null }]);
  });

  it('closes when the address names nobody any more', async () => {
    const { page } = await openBook('13800001234');
    await page.setProps({ phone: undefined } as never);
    await flushPromises();
    expect(seen('customer')).toBeNull();
    expect(useCustomers().wanted).toBe('');
  });
});

describe('pages of the book', () => {
  const third = customerLine({ phone: '13800001077', last: card({ customer: '向有福' }) });
  async function longBook() {
    const world = openStory('owner');
    const lines = world.story.customers;
    world.story.do_list_customers = ({ text, after }) => {
      if (text !== '') return { customers: lines.slice(1), next: null, more: false };
      return after ? { customers: [third], next: null, more: false } : { customers: lines, next: 'P2', more: false };
    };
    await open(CustomersPage, world);
    const customers = useCustomers();
    return { world, customers, names: () => customers.lines?.map((line) => line.last.customer) };
  }

  it('an older search’s page is not added to a newer one', async () => {
    const { customers, names } = await longBook();
    const asks = fetch;
    let let_go = () => undefined as void;
    const held = new Promise<void>((done) => (let_go = done));
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      if (String(init.body).includes('P2')) await held;
      return asks(url, init);
    });
    const page = customers.further();
    await customers.find('罗');
    let_go();
    await page;
    expect(names()).toEqual(['罗桂香']);
  });

  it('a page that failed is fetched when it is wanted again', async () => {
    const { world, customers, names } = await longBook();
    const mend = refuses(world.story, 'list_customers');
    await expect(customers.further()).rejects.toThrow();
    expect(customers.next).toBe('P2');
    mend();
    await customers.further();
    expect(names()).toEqual(['王芳', '罗桂香', '向有福']);
  });
});

describe('a call that is being noted', () => {
  it('stays, with what is typed, when the list is fetched without it', async () => {
    const { page, story } = await openBook();
    await tap('tab-calls');
    await page.findAll(T('call-record'))[1]?.trigger('click');
    await type('call-text', '说水温不够');
    story.calls = { ...story.calls, calls: story.calls.calls.slice(0, 1) };
    await useCustomers().loadCalls();
    await flushPromises();
    expect(page.get(T('calls-title')).findAll('.who')).toHaveLength(2);
    expect((seen('call-text') as HTMLInputElement).value).toBe('说水温不够');
    await tap('tab-all', 'tab-calls');
    expect(page.get(T('calls-title')).findAll('.who')).toHaveLength(1);
  });

  it('is found again after a look elsewhere, and gone once it is saved', async () => {
    const { page } = await openBook();
    await tap('tab-calls');
    await page.findAll(T('call-record'))[1]?.trigger('click');
    await type('call-text', '说水温不够');
    await tap('tab-all', 'tab-calls');
    expect((seen('call-text') as HTMLInputElement).value).toBe('说水温不够');
    await page.get(T('call-form')).trigger('submit');
    await flushPromises();
    expect(seen('call-form')).toBeNull();
    expect(page.get(T('calls-title')).findAll('.who')).toHaveLength(1);
  });
});
