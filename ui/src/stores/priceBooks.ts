/** Price sets in force and to come, and another file beside them. */
import type { PriceBooksView, PriceSetFile, PublishSet } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';
import { shownAgain } from './shownAgain';

export const usePriceBooks = defineStore('priceBooks', () => {
  const view = ref<PriceBooksView | null>(null);
  const load = latest(async () => void (view.value = await call('priceBooks')));
  /** Nobody looks at it any more. */
  const close = () => void (view.value = null);
  const compare = (input: PriceSetFile) => call('compareSet', input);

  async function publish(input: PublishSet): Promise<void> {
    await call('publishPrices', input);
    await shownAgain(load);
  }

  return { view, load, close, compare, publish };
});
