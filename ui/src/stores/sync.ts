/** Where the work is: on this device, on the relay, on the owner's device. */
import type { SyncChip, SyncView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export interface Moving {
  done: number;
  total: number;
}

export const useSync = defineStore('sync', () => {
  const chip = ref<SyncChip | null>(null);
  const view = ref<SyncView | null>(null);
  /** Photos whose bytes are on their way, by name. */
  const moving = ref<Record<string, Moving>>({});

  function take(answer: SyncView): void {
    view.value = answer;
    chip.value = answer.chip;
  }

  const load = latest(async () => take(await call('syncStatus')));
  const now = async () => take(await call('syncNow'));
  const compare = async () => take(await call('compareNow'));
  const photosAnyway = async () => take(await call('photosAnyway'));

  const retryStuck = async () => take(await call('retryStuck'));
  async function refound(job: string): Promise<void> {
    await call('refoundJob', { job });
    await load();
  }

  function photoMoved(photo: string, progress: Moving): void {
    const next = { ...moving.value };
    if (progress.done >= progress.total) delete next[photo];
    else next[photo] = progress;
    moving.value = next;
  }

  return { chip, view, moving, load, now, compare, photosAnyway, retryStuck, refound, photoMoved };
});
