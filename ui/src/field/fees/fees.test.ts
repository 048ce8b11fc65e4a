import type { FeeLine } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { openStory, T } from '../../../test/door';
import { close, facts, job, key, onePageEach, open, rowOf, seen, tap, type, words } from '../../../test/feesPage';
import { useNotices } from '@/stores/notices';
import JobPage from '../JobPage.vue';
import { bills } from './facts';
import FeesPage from './FeesPage.vue';

onePageEach();

describe('what is due by the records', () => {
  it('is added by one tap, and paid in cash by a second', async () => {
    const world = await open(FeesPage, openStory());
    expect(words('fee-sum')).not.toContain('已收齐');
    await tap('fee-add-all');
    expect(facts(world)).toHaveLength(5);
    expect(facts(world)[2]).toMatchObject({
      fact: 'fee',
      kind: 'part',
      code: 'AQ-RG-2000',
      part: 'X0000101',
      unit_fen: 9500,
      guide_fen: 9500,
    });
    expect(words('sum-customer')).toBe('¥260.00');
    expect(words('collect-cash').trim()).toBe('现金 ¥260.00');
    await tap('collect-cash');
    expect(facts(world).at(-1)).toEqual({ fact: 'payment', fen: 26_000, way: 'cash', paid_for: 'work', subject: null, reference: '' });
    expect(words('fee-sum')).toContain('已收齐');
    expect(seen('collect-cash')).toBeNull();
  });

  it('can be added one by one, and left', async () => {
    const world = await open(FeesPage, openStory());
    await tap('propose-element');
    expect(facts(world)).toMatchObject([{ code: 'element', name: '换加热管', quantity: 1000, share: 1000, payer: 'customer' }]);
    expect(words('sum-customer')).toBe('¥80.00');
    expect(seen('propose-element')).toBeNull();
    expect(seen('propose-visit')).not.toBeNull();
    expect(words('collect-qr')).toContain('¥80.00');
  });

  it('that fails in the middle shows what was written, and why the rest was not', async () => {
    const world = openStory();
    const note = world.story.do_note_fact.bind(world.story);
    const refused = { failure: { code: 'disk_full', params: {}, detail: '' } };
    let count = 0;
    Object.assign(world.story, { do_note_fact: (input: never) => (++count === 3 ? refused : note(input)) });
    await open(FeesPage, world);
    await tap('fee-add-all');
    expect(document.querySelectorAll(T('fee-line'))).toHaveLength(2);
    expect(useNotices().shown.at(-1)?.kind).toBe('failed');
    await tap('fee-add-all');
    expect(document.querySelectorAll(T('fee-line'))).toHaveLength(5);
  });
});

describe('a line', () => {
  it('of metres takes its length from the pad, and the guide price of its own accord', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-more', 'offer-pipe');
    await key('1.5');
    expect(words('pad-save')).toBe('加上 ¥165.00');
    await tap('pad-save');
    expect(facts(world)).toMatchObject([
      { code: 'pipe', quantity: 1500, unit_fen: 11_000, guide_fen: 11_000, reason: '', spoken_code: '' },
    ]);
    expect(seen('fee-add')).toBeNull();
  });

  it('that is counted in pieces is two taps away', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-more', 'offer-add-bracket');
    expect(facts(world)).toMatchObject([{ code: 'bracket', quantity: 1000 }]);
  });

  it('is found by its name', async () => {
    await open(FeesPage, openStory());
    await tap('fee-more');
    await type('fee-find', '高空');
    expect(seen('offer-height')).not.toBeNull();
    expect(seen('offer-pipe')).toBeNull();
    await type('fee-find', '没有这个');
    expect(words('fee-add')).toContain('价目表里没有「没有这个」');
  });

  it('above guide asks a reason, and what is above waits', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-more', 'offer-height', 'figure-price');
    await key('150');
    expect(words('fee-above')).toContain('比指导价高 ¥50.00');
    expect(seen('pad-save')?.hasAttribute('disabled')).toBe(true);
    await tap('fee-usual-floor', 'pad-save');
    expect(facts(world)).toMatchObject([{ unit_fen: 15_000, guide_fen: 10_000, reason: '高层没电梯', spoken_code: '' }]);
    expect(rowOf('高空作业')).toContain('高于指导价 ¥50.00');
    expect(rowOf('高空作业')).toContain('¥50.00 等老板同意');
    expect([words('sum-waiting'), words('sum-collect')]).toEqual(['¥50.00', '¥100.00']);
    expect(words('collect-cash')).toContain('¥100.00');
  });

  it('takes the owner’s six digits, and nothing that is not six digits', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-more', 'offer-height', 'figure-price');
    await key('150');
    await tap('fee-usual-floor');
    await type('fee-code', '12345');
    expect(seen('pad-save')?.hasAttribute('disabled')).toBe(true);
    await type('fee-code', '123 456');
    await tap('pad-save');
    expect(facts(world)).toMatchObject([{ spoken_code: '123456' }]);
    expect(words('collect-cash')).toContain('¥150.00');
  });

  it('half typed outlives a closed sheet, and a refusal is told in the sheet', async () => {
    const world = openStory();
    const refused = { failure: { code: 'field_required', params: { field: 'reason' }, detail: '' } };
    Object.assign(world.story, { do_note_fact: () => refused });
    await open(FeesPage, world);
    await tap('fee-free', 'fee-kind-pass_through');
    await type('fee-name', '请人开孔');
    await key('60');
    await tap('pad-save');
    expect(words('fee-error')).toContain('原因');
    await tap('fee-add-close', 'fee-free');
    expect((seen('fee-name') as HTMLInputElement).value).toBe('请人开孔');
    expect(words('pad-save')).toBe('加上 ¥60.00');
  });

  it('of one’s own and a discount have no guide price; a discount has a reason', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-free', 'fee-kind-labour');
    await type('fee-name', '拆旧吊顶');
    await key('120');
    await tap('pad-save', 'fee-discount');
    await key('20');
    expect(seen('pad-save')?.hasAttribute('disabled')).toBe(true);
    await tap('fee-usual-regular', 'pad-save');
    expect(facts(world)).toMatchObject([
      { kind: 'labour', name: '拆旧吊顶', guide_fen: null, code: '', appliance: 'A0000001', unit_fen: 12_000 },
      { kind: 'discount', name: '减免', guide_fen: null, appliance: null, unit_fen: -2000, reason: '老用户' },
    ]);
  });

  it('is put right by another line: the difference is worked out', async () => {
    const world = await open(FeesPage, openStory());
    await tap('fee-add-all');
    const line = world.story.fees.find((each) => each.code === 'element')?.id ?? '';
    await tap(`adjust-${line}`);
    await key('65');
    expect(seen('pad-save')?.hasAttribute('disabled')).toBe(true);
    await tap('adjust-usual-less');
    expect(words('pad-save')).toBe('记下差额 −¥15.00');
    await tap('pad-save');
    expect(facts(world).at(-1)).toMatchObject({ kind: 'adjustment', adjusts: line, unit_fen: -1500, reason: '用户还价', guide_fen: null });
    expect(words('fee-adjustment')).toContain('−¥15.00');
    expect(rowOf('换加热管')).toContain('¥80.00');
    expect(rowOf('换加热管')).toContain('调整后 ¥65.00');
    expect(words('sum-customer')).toBe('¥245.00');
    await tap(`adjust-${line}`, 'adjust-drop', 'adjust-usual-wrong', 'pad-save');
    expect(facts(world).at(-1)).toMatchObject({ adjusts: line, unit_fen: -6500 });
  });

  it('raised above guide says that it waits, and gives the line its reason', async () => {
    const world = await open(FeesPage, openStory());
    await tap('propose-element');
    const line = world.story.fees[0]?.id ?? '';
    await tap(`adjust-${line}`);
    await key('100');
    expect(words('adjust-above')).toContain('¥20.00');
    await tap('adjust-usual-hard', 'pad-save');
    expect(facts(world).slice(1)).toMatchObject([
      { fact: 'fee', unit_fen: 2000 },
      { fact: 'reason', about: 'above_guide', subject: line, text: '活难做' },
    ]);
    expect(document.querySelector('[data-code=above_guide_no_reason]')).toBeNull();
    expect(words('sum-waiting')).toBe('¥20.00');
  });

  it('that does not count is struck through with its reason, and can’t be adjusted', async () => {
    const world = openStory();
    const base = { appliance: null, share: 1000, guide_fen: 3000, payer: 'customer', reason: '' } as const;
    const none = { fact: 'fee', part: null, adjusts: null, quote: null, spoken_code: '', quantity: 1000, unit_fen: 3000 } as const;
    world.story.do_note_fact({ job, fact: { ...none, ...base, kind: 'visit', code: 'v', name: '乡村上门费' }, claimed: null });
    world.story.fees = world.story.fees.map((line) => ({ ...line, off: 'second_visit_fee' as const }));
    await open(FeesPage, world);
    expect(words('fee-off')).toBe('一单只收一次上门费，不计');
    expect(document.querySelector('[data-test^=adjust-]')).toBeNull();
    expect(words('sum-customer')).toBe('¥0.00');
  });
});

describe('who pays', () => {
  it('is said with its reason, and plainly where the proofs differ from the order', async () => {
    const world = openStory();
    await open(FeesPage, world);
    expect(words('fee-coverage')).toContain('已过保');
    expect(seen('fee-differs')).toBeNull();
    close();
    world.story.coverage = world.story.coverage.map((each) => ({ ...each, ordered: 'in_warranty' as const }));
    await open(FeesPage, world);
    expect(words('fee-differs')).toContain('工单写的是「保内」，按凭证判是「保外」');
  });
});

describe('a problem', () => {
  it('leads to its line, where the reason can be given', async () => {
    const world = openStory();
    const fee = {
      fact: 'fee',
      appliance: null,
      share: 1000,
      part: null,
      adjusts: null,
      quote: null,
      spoken_code: '',
      quantity: 1000,
    } as const;
    const above = {
      kind: 'labour',
      code: 'element',
      name: '换加热管',
      unit_fen: 9000,
      guide_fen: 8000,
      payer: 'customer',
      reason: '',
    } as const;
    world.story.do_note_fact({ job, fact: { ...fee, ...above }, claimed: null });
    await open(FeesPage, world);
    expect(words('fee-problems')).toContain('换加热管 高于指导价未写原因');
    document.querySelector<HTMLElement>('[data-code=above_guide_no_reason]')?.click();
    expect(document.activeElement?.id).toBe(`fee-${world.story.fees[0]?.id}`);
    await tap('fee-explain', 'reason-usual');
    document.querySelector(T('reason-popup'))?.dispatchEvent(new Event('submit'));
    await flushPromises();
    expect(facts(world)[0]).toMatchObject({ fact: 'reason', about: 'above_guide', subject: world.story.fees[0]?.id });
    expect(document.querySelector('[data-code=above_guide_no_reason]')).toBeNull();
  });
});

describe('the page', () => {
  it('tells why it can’t be opened, and tries again', async () => {
    const world = openStory();
    const { do_fees } = world.story;
    const answer = do_fees.bind(world.story);
    Object.assign(world.story, { do_fees: () => ({ failure: { code: 'job_not_found', params: {}, detail: '' } }) });
    await open(FeesPage, world);
    expect(seen('state-failed')).not.toBeNull();
    Object.assign(world.story, { do_fees: answer });
    await tap('state-retry');
    expect(seen('fee-sum')).not.toBeNull();
  });

  it('is a section of the job, with the sum and what is owed at its side', async () => {
    const world = openStory();
    await open(JobPage, world);
    expect(words('count-fees').trim()).toBe('待加 5 项');
    close();
    await open(FeesPage, world);
    await tap('fee-add-all');
    close();
    await open(JobPage, world);
    expect(words('count-fees').trim()).toBe('¥260.00 · 待收 ¥260.00');
    expect(seen('section-fees')?.getAttribute('href')).toBe(`/field/job/${job}/fees`);
  });

  it('with nothing on it says so and offers the price book', async () => {
    const world = openStory();
    const { do_fees } = world.story;
    const answer = do_fees.bind(world.story);
    Object.assign(world.story, { do_fees: () => ({ ...answer(), proposed: [] }) });
    await open(FeesPage, world);
    expect(words('empty')).toContain('还没有费用');
    expect(seen('fee-more')).not.toBeNull();
  });
});

it('an adjustment of a line that is not here stands by itself', () => {
  const line = (id: string, adjusts: string | null, amount_fen: number, off: FeeLine['off'] = null): FeeLine => ({
    ...{ id, adjusts, amount_fen, off, appliance: null, kind: 'labour', payer: 'customer', code: '', name: '工' },
    ...{ quantity: 1000, unit_fen: amount_fen, share: 1000, guide_fen: null, above_guide_fen: 0, waiting_fen: 0, quote: null },
    ...{ reason: '', by: '', at: 0 },
  });
  const found = bills([line('a', null, 8000), line('b', 'a', -500), line('c', 'gone', -100), line('d', 'a', -50, 'with_its_line')]);
  expect(found.map((bill) => [bill.line.id, bill.adjustments.length, bill.net])).toEqual([
    ['a', 2, 7500],
    ['c', 0, -100],
  ]);
});
