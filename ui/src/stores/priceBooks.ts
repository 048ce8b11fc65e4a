/** Price sets in force and to come, with the books that hold. */
import type { PriceBooksView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export const usePriceBooks = defineStore('priceBooks', () => {
  const view = ref<PriceBooksView | null>(null);
  const load = latest(async () => void (view.value = await call('priceBooks')));
  /** Nobody looks at it any more. */
  const close = () => void (view.value = null);
  return { view, load, close };
});
