/**
 * How large this device's reader wants the text, in percent, beside the system's own text size. Sizes are drawn in px and built as rem
 * (see vite.config.ts), so one variable on the root moves all of them.
 */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { remember, remembered } from './draft';

export const TEXT_SIZES = [100, 125, 150, 200] as const;
export type TextSize = (typeof TEXT_SIZES)[number];

const KEY = 'text-size';

export const useTextSize = defineStore('textSize', () => {
  const size = ref<TextSize>(100);

  function show(wanted: TextSize): void {
    size.value = wanted;
    document.documentElement.style.setProperty('--text-size', String(wanted / 100));
  }

  /** What was chosen before; asked once the kept choices are here. */
  function load(): void {
    show(TEXT_SIZES.find((each) => String(each) === remembered(KEY)) ?? 100);
  }

  function choose(wanted: TextSize): void {
    show(wanted);
    remember(KEY, String(wanted));
  }

  return { size, load, choose };
});
