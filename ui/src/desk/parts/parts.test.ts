import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { onePageEach, open, seen, tap, type } from '../../../test/page';
import { refuses } from '../../../test/refuses';
import { openStory, T } from '../../../test/door';
import { partsDesk } from '../../../test/deskBuilders';
import { useNotices } from '@/stores/notices';
import PartsPage from './PartsPage.vue';

onePageEach();
afterEach(() => (document.body.innerHTML = ''));

const openParts = () => open(PartsPage, openStory('owner'));
const said = (world: Awaited<ReturnType<typeof openParts>>, command: string) =>
  world.asked.filter((each) => each.command === command).map((each) => each.input);

describe('the stock', () => {
  it('tells below zero, low and dear in words', async () => {
    const { page } = await openParts();
    const row = page.get('[data-code="AQ-RG-2000"]').text();
    for (const word of ['用得比领的多', '低于 5', '进价高于网点价', '-1']) expect(row).toContain(word);
    expect(page.findAll(T('part-row'))).toHaveLength(4);
    await page.get(T('only-low')).setValue(true);
    expect(page.findAll(T('part-row'))).toHaveLength(1);
  });

  it('is moved with one form, and moved back by the opposite', async () => {
    const world = await openParts();
    await world.page.get('[data-code="AQ-MF-63"]').trigger('click');
    await type('move-quantity', '3');
    await world.page.get(T('move-form')).trigger('submit');
    await new Promise((done) => setTimeout(done));
    const fact = { code: 'AQ-MF-63', name: '密封圈', request: null };
    expect(said(world, 'move_parts')).toEqual([{ member: '0000RXJ2', fact: { ...fact, movement: 'issue', quantity: 3, note: '' } }]);
    expect(
      world.page
        .findAll(T('held'))
        .find((one) => one.text().includes('冉小军'))
        ?.text(),
    ).toContain('7');
    useNotices().shown.at(-1)?.undo?.run();
    await new Promise((done) => setTimeout(done));
    expect(said(world, 'move_parts')[1]).toEqual({ member: '0000RXJ2', fact: { ...fact, movement: 'return', quantity: 3, note: '冲回' } });
  });

  it('refuses what is no number and asks nothing of the core', async () => {
    const world = await openParts();
    await world.page.get('[data-code="AQ-MF-63"]').trigger('click');
    for (const wrong of ['0', '-1', '1.5', '', '100001']) {
      await type('move-quantity', wrong);
      await world.page.get(T('move-form')).trigger('submit');
      expect(seen('move-wrong')?.textContent, wrong).toContain('1 到 100000');
    }
    expect(said(world, 'move_parts')).toEqual([]);
  });

  it('keeps from how many a part is low and what it should cost', async () => {
    const world = await openParts();
    await world.page.get('[data-code="AQ-MF-63"]').trigger('click');
    await type('terms-low', '30');
    await type('terms-dealer', '4.50');
    await world.page.get(T('terms-form')).trigger('submit');
    await new Promise((done) => setTimeout(done));
    expect(said(world, 'set_part_terms')).toEqual([{ code: 'AQ-MF-63', low: 30, dealer_fen: 450, charged_fen: null }]);
    expect(world.page.get('[data-code="AQ-MF-63"]').text()).toContain('低于 30');
  });
});

describe('requests', () => {
  it('are answered with one click, and what has come goes to whoever asked', async () => {
    const world = await openParts();
    await tap('tab-requests');
    expect(world.page.findAll(T('turn'))).toHaveLength(2);
    await world.page.get('[data-id="K0000012"] [data-test="answer-arrived"]').trigger('click');
    await new Promise((done) => setTimeout(done));
    await world.page.get('[data-id="K0000001"] [data-test="answer-approved"]').trigger('click');
    await new Promise((done) => setTimeout(done));
    expect(said(world, 'part_arrived')).toEqual([{ member: '0000TY03', request: 'K0000012' }]);
    expect(said(world, 'note_on_desk')[0]).toMatchObject({ fact: { fact: 'answer', request: 'K0000001', step: 'approved' } });
    expect(world.page.findAll(T('turn'))).toHaveLength(1);
  });
});

describe('old parts', () => {
  it('are sent in a batch with its courier number', async () => {
    const world = await openParts();
    await tap('tab-old');
    const boxes = world.page.findAll<HTMLInputElement>(T('old-pick'));
    await boxes[0]?.setValue(true);
    await type('old-batch', 'B48');
    await world.page.get(T('old-acts')).trigger('submit');
    expect(world.page.text()).toContain('批次号和运单号都要填');
    await type('old-courier', 'SF009');
    await world.page.get(T('old-acts')).trigger('submit');
    await new Promise((done) => setTimeout(done));
    expect(said(world, 'say_old_parts')).toEqual([
      { parts: [{ job: '01KAJ9Z0000000000000000001', part: 'P0000001' }], step: 'sent', batch: 'B48', courier: 'SF009', deducted_fen: 0 },
    ]);
    expect(world.page.findAll(T('old-row'))[0]?.text()).toContain('B48');
  });
});

describe('the movements', () => {
  it('are listed, and where there are none the next step is told', async () => {
    const { page } = await openParts();
    await tap('tab-moves');
    expect(page.findAll(T('move-row')).map((row) => row.text())).toHaveLength(2);
    page.unmount();
    const world = openStory('owner');
    world.story.parts = partsDesk({ parts: [], moves: [] });
    await open(PartsPage, world);
    expect(seen('empty')?.textContent).toContain('还没有配件');
    await tap('tab-moves');
    expect(seen('empty')?.textContent).toContain('还没有出入');
  });
});

describe('what goes wrong with parts', () => {
  it('a refusal that was not written keeps its reason, which is no other line’s', async () => {
    const world = await openParts();
    await tap('tab-requests');
    await world.page.get('[data-id="K0000001"] [data-test="refuse"]').trigger('click');
    await type('refuse-reason', '店里没货');
    const mend = refuses(world.story, 'note_on_desk');
    await world.page.get('form.why').trigger('submit');
    await flushPromises();
    expect((seen('refuse-reason') as HTMLInputElement).value).toBe('店里没货');
    expect(world.page.findAll(T('turn'))).toHaveLength(2);
    mend();
    await world.page.get('form.why').trigger('submit');
    await flushPromises();
    expect(world.page.findAll(T('turn'))).toHaveLength(1);
  });

  it('r24_an_old_part_that_was_settled_wrongly_is_put_right', async () => {
    const world = await openParts();
    await tap('tab-old');
    await world.page.findAll<HTMLInputElement>(T('old-pick')).at(-1)?.setValue(true);
    await tap('old-accept');
    expect(said(world, 'say_old_parts')).toMatchObject([{ parts: [{ part: 'P0000004' }], step: 'accepted' }]);
    expect(world.page.findAll(T('old-row')).at(-1)?.text()).toContain('厂家收了');
  });

  it('a movement that was written is told, whatever becomes of the list', async () => {
    const world = await openParts();
    await world.page.get('[data-code="AQ-MF-63"]').trigger('click');
    refuses(world.story, 'parts_desk');
    await world.page.get(T('move-form')).trigger('submit');
    await flushPromises();
    const notices = useNotices().shown.map(({ kind }) => kind);
    expect(notices).toEqual(['failed', 'done']);
  });
});
