/** Fields of one job that hold more than one value. */
import type { Choice, ConflictView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { useJobs } from './jobs';

export const useConflicts = defineStore('conflicts', () => {
  const job = ref('');
  const all = ref<ConflictView[] | null>(null);

  async function load(of: string): Promise<void> {
    if (job.value !== of) all.value = null;
    job.value = of;
    const found = await call('conflicts', { job: of });
    if (job.value === of) all.value = found;
  }

  async function resolve({ place }: ConflictView, choice: Choice): Promise<void> {
    const of = job.value;
    await useJobs().resolve({ job: of, place, choice });
    await load(of);
  }

  return { job, all, load, resolve };
});
