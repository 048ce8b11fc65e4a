import { flushPromises } from '@vue/test-utils';
import { expect, it } from 'vitest';
import { openStory } from '../../../test/door';
import { onePageEach, open, seen, tap, type } from '../../../test/page';
import { useNotices } from '@/stores/notices';
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
