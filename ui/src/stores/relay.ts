/** The relay as the owner sees it: asked anew while somebody looks, more often while a backup is tried. */
import type { RelayView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

/** Between two questions, and between two while a drill is under way. */
export const EVERY = 5_000;
export const WHILE_DRILLING = 2_000;

export const useRelay = defineStore('relay', () => {
  const view = ref<RelayView | null>(null);
  const load = latest(async () => void (view.value = await call('relay')));
  const drill = async () => void (view.value = await call('drillRelay'));
  return { view, load, drill };
});
