/** One piece of work that a screen waits for: whether it runs, and what went wrong. A failure is always told. */
import { ref } from 'vue';
import { tellFailure, useNotices } from './notices';

export function useDoing(options: { quiet?: boolean } = {}) {
  const busy = ref(false);
  const failure = ref('');
  const notices = useNotices();

  /** The work's answer; `undefined` when it failed. */
  async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
    busy.value = true;
    failure.value = '';
    try {
      return await work();
    } catch (error) {
      failure.value = tellFailure(error);
      if (!options.quiet) notices.failed(error);
      return undefined;
    } finally {
      busy.value = false;
    }
  }

  return { busy, failure, run };
}
