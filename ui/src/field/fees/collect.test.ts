import { flushPromises } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { openStory, T } from '../../../test/door';
import { close, facts, key, onePageEach, open, seen, tap, type, words } from '../../../test/feesPage';
import { flush } from '@/stores/draft';
import { useNotices } from '@/stores/notices';
import FeesPage from './FeesPage.vue';

onePageEach();

describe('collecting', () => {
  it('by the outlet’s code shows whom to pay and how much in the core’s words, and counts once it is received', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-add-all', 'collect-qr');
    expect(words('collect')).toContain('柘川县城关网点');
    expect(words('collect-amount')).toBe('¥260.00');
    expect(words('collect-text')).toContain('金额 ¥260.00。请勿转给师傅个人');
    expect(facts(world)).toHaveLength(5);
    await tap('collect-received');
    expect(facts(world).at(-1)).toMatchObject({ fact: 'payment', fen: 26_000, way: 'outlet_qr', paid_for: 'work' });
    expect(seen('collect')).toBeNull();
  });

  it('shows the outlet’s own code where an owner said what it is', async () => {
    const world = openStory();
    world.story.do_set_collection({ code: 'wxp://f2f0outlet' });
    await open(FeesPage, world);
    await tap('fee-add-all', 'collect-qr');
    expect(seen('collect-code')?.getAttribute('src')).toContain('data:image/svg+xml');
    expect(words('collect')).toContain('请扫网点收款码');
    expect(words('collect')).not.toContain('贴的');
  });

  it('a slip is given back by a payment of its own', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-add-all', 'collect-cash');
    const undo = useNotices().shown.at(-1)?.undo;
    expect(undo?.label).toBe('记错了，冲回');
    undo?.run();
    await flushPromises();
    expect(facts(world).at(-1)).toMatchObject({ fen: -26_000, way: 'cash', paid_for: 'refund', reference: '记错冲回' });
    expect(words('sum-owed')).toBe('¥260.00');
  });

  it('in part, to a personal account, warns that it counts as not handed in', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-add-all', 'pay-other', 'pay-way-personal');
    expect(words('pay-personal')).toContain('没上交');
    await key('100');
    await tap('pad-save');
    expect(facts(world).at(-1)).toMatchObject({ fen: 10_000, way: 'personal', paid_for: 'work' });
    expect(words('sum-owed')).toBe('¥160.00');
    expect(words('fee-payments')).toContain('没上交');
  });

  it('in part by the code says the part, not the whole', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-add-all', 'pay-other');
    await key('100');
    await tap('pad-save');
    expect(words('collect-text')).toContain('金额 ¥100.00');
    await tap('collect-received');
    expect(facts(world).at(-1)).toMatchObject({ fen: 10_000, way: 'outlet_qr' });
  });

  it('takes a deposit and gives it back, beside what is owed', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-add-all', 'pay-other', 'pay-for-deposit', 'pay-way-cash');
    await key('200');
    await tap('pad-save');
    expect([words('sum-deposits'), words('sum-owed')]).toEqual(['¥200.00', '¥260.00']);
    await tap('payment-back');
    expect(words('pad-save')).toBe('记下退 ¥200.00');
    await tap('pad-save');
    expect(facts(world).at(-1)).toMatchObject({ fen: -20_000, way: 'cash', paid_for: 'deposit_back' });
    expect(seen('sum-deposits')).toBeNull();
  });

  it('goes on after the job is finished, and the lines do not', async () => {
    const world = openStory();
    await open(FeesPage, world);
    await tap('fee-add-all');
    world.story.mayCharge = false;
    close();
    await open(FeesPage, world);
    expect(seen('fee-finished')).not.toBeNull();
    expect([seen('fee-more'), document.querySelector('[data-test^=adjust-]')]).toEqual([null, null]);
    await tap('collect-cash');
    expect(words('sum-owed')).toBe('¥0.00');
  });

  it('is nobody’s who may only look', async () => {
    const world = openStory();
    Object.assign(world.story, { mayCharge: false, mayTakeMoney: false });
    await open(FeesPage, world);
    expect(seen('fee-read-only')).not.toBeNull();
    expect(['fee-add-all', 'propose-visit', 'pay-other', 'collect-qr', 'invoice-save'].filter((name) => seen(name))).toEqual([]);
  });
});

describe('an invoice', () => {
  it('is asked for with what was typed, and taken back', async () => {
    const world = await open(FeesPage, openStory());
    await type('invoice-title', '柘川县谭记农家乐');
    await type('invoice-tax_number', '9242 0000ma4examplx');
    await type('invoice-mail', 'tan@');
    document.querySelector(`${T('fee-invoice')} form`)?.dispatchEvent(new Event('submit'));
    await flushPromises();
    expect(facts(world)).toEqual([]);
    expect(words('invoice-wrong')).toContain('邮箱');
    await type('invoice-mail', 'tan@mail.example.com');
    document.querySelector(`${T('fee-invoice')} form`)?.dispatchEvent(new Event('submit'));
    await flushPromises();
    const asked = { fact: 'invoice', title: '柘川县谭记农家乐', tax_number: '92420000MA4EXAMPLX', mail: 'tan@mail.example.com' };
    expect(facts(world)).toEqual([asked]);
    await tap('invoice-drop');
    expect(facts(world)[1]).toEqual({ fact: 'invoice', title: '', tax_number: '', mail: '' });
  });

  it('half typed is there again when the page is', async () => {
    const world = await open(FeesPage, openStory());
    await type('invoice-title', '柘川');
    await flush();
    close();
    await open(FeesPage, world);
    expect((seen('invoice-title') as HTMLInputElement).value).toBe('柘川');
  });
});
