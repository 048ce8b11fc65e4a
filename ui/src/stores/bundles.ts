/** Bundle files as a screen writes and takes them in, and what came of the last one. */
import type { BundleMade, BundleSize, BundleTaken, BundleWhat, Task } from '@schemas';
import { computed, ref } from 'vue';
import { useDoing } from './doing';
import { useStorage } from './storage';
import { useSync } from './sync';

export function useBundles() {
  const storage = useStorage();
  const sync = useSync();
  const { busy, run } = useDoing();
  const made = ref<BundleMade | null>(null);
  const taken = ref<BundleTaken | null>(null);

  const size = ref<BundleSize | null>(null);

  async function write(what: BundleWhat, photos: boolean): Promise<void> {
    made.value = null;
    await run(async () => void (made.value = await storage.write({ what, photos: photos ? 'all' : 'none' })));
  }
  async function weigh(what: BundleWhat): Promise<void> {
    size.value = null;
    await run(async () => void (size.value = await storage.weigh({ what, photos: 'all' })));
  }
  async function take(file: File): Promise<void> {
    taken.value = null;
    await run(async () => void (taken.value = await storage.take(file)));
    // Also what was taken before an error, and what was put aside.
    await run(() => sync.load());
  }
  const stop = (task: Task) => run(() => storage.cancel(task));
  const running = computed(() => storage.running);

  return { busy, made, taken, size, running, write, weigh, take, stop };
}
