/** The phone's list of the day. */
import type { TodayView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';
import { useNews } from './news';
import { useSync } from './sync';

export const useToday = defineStore('today', () => {
  const view = ref<TodayView | null>(null);
  const load = latest(async () => {
    view.value = await call('today');
    useSync().chip = view.value.sync;
    useNews().seen(view.value);
  });
  return { view, load };
});
