/** What waits for an owner's word: work of those who have left or lost a job. */
import type { InboxRunView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { latest } from './latest';

export const useInbox = defineStore('inbox', () => {
  const runs = ref<InboxRunView[]>([]);

  const load = latest(async () => {
    runs.value = await call('inbox');
  });
  async function decide(run: InboxRunView, admit: boolean, reason: string): Promise<void> {
    runs.value = await call('decideInbox', { run: run.run, upto: run.upto, admit, reason });
  }

  return { runs, load, decide };
});
