import { flushPromises } from '@vue/test-utils';
import { expect, it, vi } from 'vitest';
import { openStory, T } from '../../test/door';
import { onePageEach, open, seen } from '../../test/page';
import { useSession } from '@/stores/session';
import CollectionCard from './CollectionCard.vue';

onePageEach();

async function opened() {
  const world = openStory('owner');
  await useSession().load();
  return open(CollectionCard, world);
}

it('is read from a picture of it, saved, shown, and taken back', async () => {
  const { page, story, asked } = await opened();
  story.codes = [
    { meant: 'goods', kind: 'ean', text: '6901234567892' },
    { meant: 'other', kind: 'qr', text: 'wxp://f2f0outlet' },
  ];
  const picture = page.get(T('collection-picture'));
  Object.defineProperty(picture.element, 'files', { value: [new File(['x'], 'code.jpg')], configurable: true });
  await picture.trigger('change');
  await vi.waitFor(() => expect((page.get(T('collection-text')).element as HTMLInputElement).value).toBe('wxp://f2f0outlet'));
  expect(asked.map((each) => each.command)).not.toContain('set_collection');
  await page.get('form').trigger('submit');
  await flushPromises();
  expect(asked.at(-1)).toEqual({ command: 'set_collection', input: { code: 'wxp://f2f0outlet' } });
  expect(seen('collection-code')).not.toBeNull();
  await page.get(T('collection-text')).setValue('');
  await page.get('form').trigger('submit');
  await flushPromises();
  expect(useSession().view?.collection).toBeNull();
  expect(seen('collection-code')).toBeNull();
});

it('says so when a picture shows no code', async () => {
  const { page, story } = await opened();
  story.codes = [];
  const picture = page.get(T('collection-picture'));
  Object.defineProperty(picture.element, 'files', { value: [new File(['x'], 'cat.jpg')], configurable: true });
  await picture.trigger('change');
  await vi.waitFor(() => expect(seen('collection-none')?.textContent).toContain('没认出码'));
});
