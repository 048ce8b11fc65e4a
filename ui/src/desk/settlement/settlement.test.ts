import { flushPromises } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { openStory } from '../../../test/door';
import { onePageEach, open, seen, tap, type } from '../../../test/page';
import { refuses } from '../../../test/refuses';
import { claim } from '../../../test/settleBuilders';
import { useNotices } from '@/stores/notices';
import SettlementPage from './SettlementPage.vue';
import { mayTake } from './steps';

onePageEach();
const asked = (world: { asked: { command: string; input: unknown }[] }, command: string) =>
  world.asked.filter((each) => each.command === command).map((each) => each.input as Record<string, unknown>);
const rowOf = (state: string) => document.querySelector<HTMLElement>(`[data-test=claim-row][data-state=${state}]`);
const here = () => open(SettlementPage, openStory('owner'));

describe('which steps a claim may take', () => {
  const lint = [{ code: 'voucher_missing', text: { zh: '', en: '' }, at: 'signature' as const, appliance: null }];
  it('submitting is offered once nothing is lacking, and says ready first', () => {
    expect(mayTake(claim(1), 'submitted')).toBe(true);
    expect(mayTake(claim(1, { lint }), 'submitted')).toBe(false);
    expect(mayTake(claim(1, { lint, state: 'ready', next: ['submitted'] }), 'submitted')).toBe(true);
  });
  it('what is paid in full is not paid again', () => {
    expect(mayTake(claim(1, { state: 'paid', next: ['paid'], due: 0 }), 'paid')).toBe(false);
    expect(mayTake(claim(1, { state: 'paid', next: ['paid'], due: 100 }), 'paid')).toBe(true);
  });
});

describe('settlement', () => {
  it('a deduction asks for sum and reason, is told and can be undone', async () => {
    const world = await here();
    rowOf('submitted')?.click();
    await flushPromises();
    await tap('step-deducted');
    const confirm = () => seen('step-confirm') as HTMLButtonElement;
    expect(confirm().disabled).toBe(true);
    await type('step-amount', '12.5');
    expect(confirm().disabled).toBe(true);
    await type('step-reason', '照片不清');
    await tap('step-confirm');
    expect(asked(world, 'settle')[0]).toEqual({
      steps: [{ job: '01KAJ9Z0000000000000000103', state: 'deducted', fen: 1250, reason: '照片不清', reference: '' }],
    });
    expect(seen('claim-state')?.textContent).toContain('扣款');
    useNotices().shown.at(-1)?.undo?.run();
    await flushPromises();
    expect(asked(world, 'undo_desk')).toHaveLength(1);
    expect(seen('claim-state')?.textContent).toContain('已提交');
  });

  it('of those chosen, a step is taken by those that may', async () => {
    const world = await here();
    await tap('choose-all');
    expect(seen('many-submitted')?.textContent).toContain('(1)');
    await tap('many-submitted');
    const [first] = asked(world, 'settle');
    expect((first?.steps as { job: string }[]).map((step) => step.job)).toEqual(['01KAJ9Z0000000000000000101']);
  });

  it('lines that follow from the sheet are added in one go', async () => {
    const world = await here();
    rowOf('none')?.click();
    await flushPromises();
    await tap('claim-all');
    const [input] = asked(world, 'claim_lines');
    expect((input?.lines as { code: string }[]).map((line) => line.code)).toEqual(['BL-AZ-01', 'BL-GK-01']);
    expect(seen('claim-lines')?.textContent).toContain('¥150.00');
  });

  it('a missing proof of purchase is mended on the spot; other findings lead to the job', async () => {
    const world = await here();
    document.querySelectorAll<HTMLElement>('[data-test=claim-row]')[1]?.click();
    await flushPromises();
    await type('lint-invoice', '2025-12-24');
    await tap('lint-invoice-save');
    expect(asked(world, 'note_on_order')[0]).toMatchObject({
      fact: { fact: 'purchase', appliance: 'A0000001', key: 'invoice', value: '2025-12-24' },
    });
    await tap('lint-jump');
    expect(seen('job-panel')).not.toBeNull();
  });

  it('a statement is one maker’s', async () => {
    const world = await here();
    expect((seen('statement-pdf') as HTMLButtonElement).disabled).toBe(true);
    await tap('maker-北岭', 'statement-pdf');
    expect(asked(world, 'make_statement')[0]).toEqual({ maker: '北岭', month: '2026-11', form: 'pdf', language: 'zh' });
    expect(useNotices().shown.at(-1)?.text).toContain('2026-11-结算-北岭.pdf');
  });
});

describe('what goes wrong in settlement', () => {
  const deduct = async () => {
    const world = await here();
    rowOf('submitted')?.click();
    await flushPromises();
    await tap('step-deducted');
    await type('step-amount', '12.5');
    await type('step-reason', '照片不清');
    return world;
  };
  const told = () => useNotices().shown.map((notice) => notice.text);

  it('a refused step leaves what was typed, and goes through the second time', async () => {
    const world = await deduct();
    const mend = refuses(world.story, 'settle');
    await tap('step-confirm');
    expect((seen('step-reason') as HTMLInputElement).value).toBe('照片不清');
    expect((seen('step-amount') as HTMLInputElement).value).toBe('12.5');
    mend();
    await tap('step-confirm');
    expect(seen('step-form')).toBeNull();
    expect(seen('claim-state')?.textContent).toContain('扣款');
  });

  it('a step for many that is refused keeps the choice and its form', async () => {
    const world = await here();
    await tap('choose-all', 'many-rejected');
    await type('step-reason', '超期');
    refuses(world.story, 'settle');
    await tap('step-confirm');
    expect((seen('step-reason') as HTMLInputElement).value).toBe('超期');
    expect(seen('chosen')).not.toBeNull();
  });

  it('a double click adds the lines once', async () => {
    const world = await here();
    rowOf('none')?.click();
    await flushPromises();
    seen('claim-all')?.click();
    seen('claim-all')?.click();
    await flushPromises();
    expect(asked(world, 'claim_lines')).toHaveLength(1);
  });

  it('what could not be undone is not told as undone', async () => {
    const world = await deduct();
    await tap('step-confirm');
    refuses(world.story, 'undo_desk');
    useNotices().shown.at(-1)?.undo?.run();
    await flushPromises();
    expect(asked(world, 'undo_desk')).toHaveLength(1);
    expect(told()).not.toContain('已撤销');
    expect(useNotices().shown.at(-1)?.kind).toBe('failed');
  });

  it('a step that was written is told, whatever becomes of the list', async () => {
    const world = await deduct();
    refuses(world.story, 'settlement');
    await tap('step-confirm');
    expect(seen('step-form')).toBeNull();
    expect(told()).toContain('扣款：1 单');
    expect(useNotices().shown.some((notice) => notice.kind === 'failed')).toBe(true);
  });

  it('a maker that can’t be fetched leaves the choice on what is shown', async () => {
    const world = await here();
    await tap('choose-all');
    const mend = refuses(world.story, 'settlement');
    await tap('maker-北岭');
    expect(useNotices().shown.at(-1)?.kind).toBe('failed');
    expect(seen('maker-*')?.getAttribute('aria-checked')).toBe('true');
    expect(seen('chosen')).not.toBeNull();
    mend();
    await tap('maker-北岭');
    expect(seen('maker-北岭')?.getAttribute('aria-checked')).toBe('true');
  });

  it('Esc in a field closes nothing; beside it, the claim', async () => {
    await deduct();
    const esc = (at: Element | null) => at?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    esc(seen('cost-km'));
    await flushPromises();
    expect((seen('step-reason') as HTMLInputElement).value).toBe('照片不清');
    esc(document.body);
    await flushPromises();
    expect(seen('claim-panel')).toBeNull();
  });
});
