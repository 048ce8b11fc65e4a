import { flushPromises } from '@vue/test-utils';
import { expect, it } from 'vitest';
import { openStory } from '../../../test/door';
import { onePageEach, open, seen, tap, type } from '../../../test/page';
import { refuses } from '../../../test/refuses';
import { useNotices } from '@/stores/notices';
import { useWages } from '@/stores/wages';
import WagesPage from './WagesPage.vue';

onePageEach();
async function ofRan() {
  const world = await open(WagesPage, openStory('owner'));
  document.querySelector<HTMLElement>('[data-member=冉小军]')?.click();
  await flushPromises();
  const notes = () => world.asked.filter((each) => each.command === 'note_wage').map((each) => each.input);
  return { ...world, notes };
}

it('a deduction has a reason, is told and can be undone', async () => {
  const { notes } = await ofRan();
  const save = () => seen('wage-save') as HTMLButtonElement;
  await type('wage-amount', '20');
  expect(save().disabled).toBe(true);
  await type('wage-reason', '二次上门');
  await tap('wage-save');
  expect(notes()[0]).toMatchObject({ member: '0000RXJ2', month: '2026-11', kind: 'deduction', fen: 2000, reason: '二次上门', asked: null });
  expect(seen('wage-total')?.textContent).toBe('¥225.00');
  useNotices().shown.at(-1)?.undo?.run();
  await flushPromises();
  expect(seen('wage-total')?.textContent).toBe('¥245.00');
});

it('a usual deduction fills the line, and what is left fills the payment', async () => {
  await ofRan();
  document.querySelector<HTMLElement>('[data-test=wage-usual]')?.click();
  await flushPromises();
  expect((seen('wage-reason') as HTMLInputElement).value).toBe('照片不全');
  expect((seen('wage-amount') as HTMLInputElement).value).toBe('5.00');
  await tap('wage-kind-paid');
  expect((seen('wage-amount') as HTMLInputElement).value).toBe('245.00');
});

it('an advance that was asked for is given by one tap', async () => {
  const { notes } = await ofRan();
  await tap('wish-grant');
  expect(notes()[0]).toMatchObject({ kind: 'advance', fen: 50_000, asked: 'K0000009' });
  expect(seen('wish')).toBeNull();
});

it('a refused line leaves what was typed', async () => {
  const { story } = await ofRan();
  await type('wage-amount', '20');
  await type('wage-reason', '二次上门');
  refuses(story, 'note_wage');
  await tap('wage-save');
  expect((seen('wage-amount') as HTMLInputElement).value).toBe('20');
  expect((seen('wage-reason') as HTMLInputElement).value).toBe('二次上门');
});

it('a double click grants an advance once', async () => {
  const { notes } = await ofRan();
  seen('wish-grant')?.click();
  seen('wish-grant')?.click();
  await flushPromises();
  expect(notes()).toHaveLength(1);
});

it('what could not be undone is not told as undone', async () => {
  const { story } = await ofRan();
  await tap('wish-grant');
  refuses(story, 'undo_desk');
  useNotices().shown.at(-1)?.undo?.run();
  await flushPromises();
  expect(useNotices().shown.map((notice) => notice.text)).not.toContain('已撤销');
  expect(useNotices().shown.at(-1)?.kind).toBe('failed');
});

it('a month that can’t be fetched leaves the choice on the one that is shown', async () => {
  const { story } = await ofRan();
  refuses(story, 'wages');
  await tap('month-previous');
  expect(useNotices().shown.at(-1)?.kind).toBe('failed');
  expect(useWages().wanted).toEqual({ month: '', member: '0000RXJ2' });
});
