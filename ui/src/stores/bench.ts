/** 送修: the page of one job's units, and the queue of all that are away. */
import type { BenchPage, BenchQueue } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export const useBench = defineStore('bench', () => {
  const page = ref<BenchPage | null>(null);
  const queue = ref<BenchQueue | null>(null);
  /** The queue looks at every open job: events fetch it anew only while somebody looks at it. */
  const watched = ref(false);
  let wanted = '';

  async function load(job: string): Promise<void> {
    wanted = job;
    const found = await call('bench', { job });
    if (wanted === job) page.value = found;
  }
  const loadQueue = latest(async () => {
    queue.value = await call('benchQueue');
  });

  return { page, queue, watched, load, loadQueue };
});
