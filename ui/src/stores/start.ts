/** Whether the data folder is open. While it is not, the core answers nothing else. */
import type { Failure, StartView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call, CallFailed } from '@/api/call';
import { tellFailure } from './notices';

export const useStart = defineStore('start', () => {
  const view = ref<StartView | null>(null);

  /** Returns whether it opened since somebody last looked. */
  async function look(): Promise<boolean> {
    const before = view.value?.state;
    view.value = await call('opening');
    return view.value.state === 'opened' && before !== 'opened';
  }

  async function again(): Promise<void> {
    view.value = await call('openAgain');
  }

  const words = (why: Failure) => tellFailure(new CallFailed('opening', why));

  return { view, look, again, words };
});
