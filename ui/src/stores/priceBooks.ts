/** Price sets in force and to come, with the books that hold. */
import type { PriceBooksView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { useBooks } from './books';
import { latest } from './latest';

export const usePriceBooks = defineStore('priceBooks', () => {
  const view = ref<PriceBooksView | null>(null);
  const load = latest(async () => void (view.value = await call('priceBooks')));
  /** Nobody looks at it any more. */
  const close = () => void (view.value = null);
  useBooks().follow(() => view.value !== null, load);
  return { view, load, close };
});
