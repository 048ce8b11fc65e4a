/**
 * A long list of which only the rows near the window are drawn. Rows differ in height: each is measured as it is drawn, and what one above
 * the window turns out larger or smaller is taken up by the scroll position, so nothing jumps. The row with the focus and its neighbours
 * stay, wherever the list is scrolled to: a keyboard goes on from there.
 */
import { useEventListener } from '@vueuse/core';
import { computed, nextTick, onBeforeUnmount, onMounted, ref, toRaw, watch, type ComputedRef, type Ref } from 'vue';
import { Tops } from './tops';

/** Lists up to this length are drawn whole. */
const SHORT = 40;

export interface NearRow<T> {
  item: T;
  index: number;
  /** The height of the rows that are not drawn between this one and the one before it, in px. */
  gap: number;
}

interface Wishes<T> {
  items: () => T[];
  keyOf: (item: T) => string;
  /** The element whose children are the rows; each row says its key as `data-row`. */
  list: Ref<HTMLElement | null>;
  /** What scrolls; the window when missing. */
  scroller?: Ref<HTMLElement | null>;
  /** A row's usual height, until it is measured. */
  usual: number;
  /** Heights measured before, by key: whoever comes back finds the list where it was. */
  heights: Map<string, number>;
}

export function useNearRows<T>({ items, keyOf, list, scroller, usual, heights }: Wishes<T>): {
  rows: ComputedRef<NearRow<T>[]>;
  /** The height of the rows below the last one that is drawn, in px. */
  after: ComputedRef<number>;
  keys: ComputedRef<string[]>;
  reveal: (index: number) => Promise<void>;
} {
  const measured = ref(0);
  /** What is near, in px from the list's top. */
  const near = ref({ from: 0, to: 2 * window.innerHeight });
  const focused = ref<string | null>(null);

  /** Read past Vue's proxies: there may be a hundred thousand. */
  const keys = computed(() => {
    const all = items();
    void all.length;
    return toRaw(all).map((item) => keyOf(item));
  });
  const places = computed(() => new Map(keys.value.map((key, index) => [key, index])));
  const tops = computed(() => new Tops(keys.value.map((key) => heights.get(key) ?? usual)));

  const drawn = computed(() => {
    void measured.value;
    const count = keys.value.length;
    if (count <= SHORT) return [...Array(count).keys()];
    const { from, to } = near.value;
    const wanted = new Set<number>();
    const rowAt = (px: number) => tops.value.at(Math.max(0, px));
    const above = tops.value.of(rowAt(from) + 1) > from ? rowAt(from) : rowAt(from) + 1;
    const below = tops.value.of(rowAt(to)) < to ? rowAt(to) : rowAt(to) - 1;
    for (let index = above; index <= below; index += 1) wanted.add(index);
    const here = focused.value === null ? undefined : places.value.get(focused.value);
    if (here !== undefined) for (const index of [here - 1, here, here + 1]) if (index >= 0 && index < count) wanted.add(index);
    return [...wanted].sort((a, b) => a - b);
  });

  const rows = computed(() =>
    drawn.value.map((index, place): NearRow<T> => {
      const end = tops.value.of((drawn.value[place - 1] ?? -1) + 1);
      return { item: items()[index] as T, index, gap: tops.value.of(index) - end };
    }),
  );
  const after = computed(() => tops.value.of(keys.value.length) - tops.value.of((drawn.value.at(-1) ?? -1) + 1));

  /** How far the list is scrolled out above, and how much of it is seen. */
  function seen(): { above: number; height: number } {
    const top = list.value?.getBoundingClientRect().top ?? 0;
    const box = scroller?.value?.getBoundingClientRect();
    return box ? { above: box.top - top, height: box.height } : { above: -top, height: window.innerHeight };
  }

  function look(): void {
    const { above, height } = seen();
    near.value = { from: above - height, to: above + 2 * height };
  }

  function measure(elements: Element[]): void {
    const { above } = seen();
    let moved = 0;
    let changed = false;
    for (const element of elements) {
      const key = element.isConnected && element instanceof HTMLElement ? element.dataset.row : undefined;
      const index = key === undefined ? undefined : places.value.get(key);
      if (key === undefined || index === undefined) continue;
      const height = element.getBoundingClientRect().height;
      const before = heights.get(key) ?? usual;
      if (height === 0 || Math.abs(height - before) < 0.5) continue;
      if (tops.value.of(index) + before <= above) moved += height - before;
      heights.set(key, height);
      tops.value.grow(index, height - before);
      changed = true;
    }
    if (!changed) return;
    measured.value += 1;
    if (moved !== 0) (scroller?.value ?? window).scrollBy({ top: moved, behavior: 'instant' });
  }

  const observer =
    typeof ResizeObserver === 'undefined' ? null : new ResizeObserver((entries) => measure(entries.map((each) => each.target)));
  const watched = new WeakSet<Element>();
  function follow(): void {
    for (const element of list.value?.children ?? []) {
      if (watched.has(element) || !(element instanceof HTMLElement) || element.dataset.row === undefined) continue;
      watched.add(element);
      observer?.observe(element);
    }
  }

  const keyAt = (target: EventTarget | null) => (target as Element | null)?.closest<HTMLElement>('[data-row]')?.dataset.row ?? null;
  useEventListener(list, 'focusin', (event: FocusEvent) => (focused.value = keyAt(event.target)));
  useEventListener(list, 'focusout', () => (focused.value = null));
  useEventListener(() => scroller?.value ?? window, 'scroll', look, { passive: true });
  useEventListener(window, 'resize', look);
  watch([rows, list], follow, { flush: 'post' });
  watch(list, look, { flush: 'post' });
  onMounted(() => {
    look();
    follow();
  });
  onBeforeUnmount(() => observer?.disconnect());

  /** Draws the row, wherever it is: then it can be given the focus. */
  async function reveal(index: number): Promise<void> {
    const { height } = seen();
    const top = tops.value.of(index);
    near.value = { from: top - height, to: top + 2 * height };
    await nextTick();
  }

  return { rows, after, keys, reveal };
}
