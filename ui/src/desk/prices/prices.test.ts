import { flushPromises } from '@vue/test-utils';
import { expect, it } from 'vitest';
import { openStory } from '../../../test/door';
import { onePageEach, open, seen, tap } from '../../../test/page';
import PricesPage from './PricesPage.vue';

onePageEach();

async function choose(text: string): Promise<void> {
  const input = seen('set-file') as HTMLInputElement;
  Object.defineProperty(input, 'files', { value: [new File([text], 'prices.json')], configurable: true });
  // As a browser does: the same name is no change while it stands in the input.
  let name = '';
  Object.defineProperty(input, 'value', { get: () => name, set: (next: string) => (name = next), configurable: true });
  name = 'prices.json';
  input.dispatchEvent(new Event('change'));
  await flushPromises();
  await flushPromises();
}

it('an item far apart is marked with its ratio', async () => {
  await open(PricesPage, openStory('owner'));
  expect(seen('ratio-weld_and_charge')?.textContent).toContain('1.64');
  expect(seen('ratio-weld_and_charge')?.textContent).toContain('差价过大');
  expect(seen('ratio-install_wall_unit')?.textContent).not.toContain('差价过大');
});

it('a file is compared first and published from its day', async () => {
  const world = await open(PricesPage, openStory('owner'));
  await tap('price-import', 'set-kind-settlement');
  await choose('{}');
  expect(seen('compared')?.textContent).toContain('1 条不同');
  expect(seen('change')?.textContent).toContain('¥130.00');
  await tap('set-publish');
  const [published] = world.asked.filter((each) => each.command === 'publish_set').map((each) => each.input);
  expect(published).toMatchObject({ kind: 'settlement', file: '{}' });
});

it('a file that can’t be used says where and why, and nothing is published', async () => {
  await open(PricesPage, openStory('owner'));
  await tap('price-import');
  await choose('no json');
  expect(seen('set-wrong')?.textContent).toContain('第 1 行');
  expect(seen('set-publish')).toBeNull();
  expect(seen('set-name')?.textContent).toBe('prices.json');
  expect((seen('set-file') as HTMLInputElement).value, 'can be chosen again').toBe('');
});
