import { flushPromises } from '@vue/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { T } from '../../test/door';
import { onePageEach, open, tap, type } from '../../test/page';
import { speak } from '@/i18n';
import SheetPage from './SheetPage.vue';
import './me/AskPart.vue';

onePageEach();

/** The sheet of a technician who reads English. */
async function openInEnglish() {
  await speak('en');
  const world = await open(SheetPage);
  const sheet = world.page;
  const used = () => world.asked.filter((each) => each.command === 'use_part').map((each) => [each.input.code, each.input.name]);
  return { ...world, sheet, used };
}

describe('the part that made room for a new one', () => {
  it('goes back to the maker with its tag and its day, or stays with the customer', async () => {
    const { asked } = await open(SheetPage);
    await tap('part-offer-AQ-MF-63');
    const old = () => asked.filter((each) => each.command === 'note_fact').map((each) => each.input.fact as Record<string, unknown>);
    await tap('part-old');
    // The job is 保外: what was taken out is the customer's.
    await tap('mend-save');
    expect(old()).toMatchObject([{ fact: 'old_part', step: 'kept', tag: '', due: null }]);
    await tap('part-old');
    await tap('mend-old_step-tagged');
    await type('mend-tag', 'JJ-1121-01');
    await type('mend-due', '2026-12-05');
    await tap('mend-save');
    expect(old()[1]).toMatchObject({ step: 'tagged', tag: 'JJ-1121-01', part: old()[0]?.part });
    expect(new Date(Number(old()[1]?.due)).getDate()).toBe(5);
  });
});

describe('a part of the price book', () => {
  it('is stored by its Chinese name and shown by its English one', async () => {
    const { sheet, used } = await openInEnglish();
    await tap('part-offer-AQ-MF-63');
    expect(used()).toEqual([['AQ-MF-63', '密封圈']]);
    expect(sheet.get(T('part-row')).text()).toContain('Seal');
    await speak('zh');
    await flushPromises();
    expect(sheet.get(T('part-row')).text()).toContain('密封圈');
  });

  it('is stored so when its English name was typed, and a part that no book has as it was typed', async () => {
    const { sheet, used } = await openInEnglish();
    for (const name of ['Safety valve', 'Drain pump']) {
      await sheet.get(T('part-name')).setValue(name);
      await sheet.get('form.free').trigger('submit');
      await flushPromises();
    }
    expect(used()).toEqual([
      ['AQ-AQF-07', '安全阀'],
      ['', 'Drain pump'],
    ]);
  });

  it('is asked for by its Chinese name', async () => {
    const { sheet, asked } = await openInEnglish();
    await tap('part-ask');
    await vi.waitFor(() => expect(sheet.find(T('ask-offer')).exists()).toBe(true));
    await tap('ask-offer');
    expect((sheet.get(T('ask-name')).element as HTMLInputElement).value).toBe('Inlet joint');
    await sheet.get(T('ask-part')).trigger('submit');
    await flushPromises();
    const told = asked.find((each) => each.command === 'ask_owner')?.input.fact;
    expect(told).toMatchObject({ fact: 'part', code: 'AQ-JT-01', name: '进水接头' });
  });
});
