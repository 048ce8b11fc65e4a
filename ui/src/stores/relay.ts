/** The relay as the owner sees it: asked anew each time, and every two seconds while a backup is tried. */
import type { RelayView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

/** Between two questions while a drill is under way. */
export const EVERY = 2_000;

export const useRelay = defineStore('relay', () => {
  const view = ref<RelayView | null>(null);
  const load = latest(async () => void (view.value = await call('relay')));
  const drill = async () => void (view.value = await call('drillRelay'));
  return { view, load, drill };
});
