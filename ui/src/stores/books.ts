/** The desk's books say here how they are fetched again: whoever follows the core need not read them all, and a phone never does. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

interface Book {
  /** Somebody looks at it, or did. */
  shown: () => boolean;
  load: () => Promise<void>;
}

export const useBooks = defineStore('books', () => {
  const books: Book[] = [];
  function follow(shown: Book['shown'], load: Book['load']): void {
    books.push({ shown, load });
  }
  const again = (): Promise<void>[] => books.filter((book) => book.shown()).map((book) => book.load());
  /** Orders that this device took by itself for contracts, to be told at the desk. */
  const visitsTaken = shallowRef<string[]>([]);
  return { follow, again, visitsTaken };
});
