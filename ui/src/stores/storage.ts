/** The data folder: room, damage, keys, and the long work that is done on it. */
import type {
  BundleMade,
  BundleSize,
  BundleTaken,
  ExportBundle,
  FileMade,
  KeyView,
  RecoverFolder,
  RecoveredView,
  RecoveryPage,
  StorageView,
  Task,
  TaskProgress,
} from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { call } from '@/api/call';
import { base64Of } from '@/api/picture';
import { latest } from './latest';

export const useStorage = defineStore('storage', () => {
  const view = ref<StorageView | null>(null);
  const keys = ref<KeyView | null>(null);
  /** Long work that runs now, and how far it is. */
  const running = ref<Partial<Record<Task, TaskProgress>>>({});

  const load = latest(async () => {
    view.value = await call('storage');
    keys.value = await call('keyView');
  });

  function moved(task: Task, progress: TaskProgress): void {
    const next = { ...running.value };
    if (progress.ended) delete next[task];
    else next[task] = progress;
    running.value = next;
  }

  const check = async () => void (view.value = await call('checkStore'));
  const free = async () => void (view.value = await call('freePhotos'));
  const rebuild = async () => void (view.value = await call('rebuildStore'));
  const rotate = async () => void (keys.value = await call('rotateKey'));
  const cancel = (task: Task) => call('cancelTask', { task });

  async function makeRecovery(): Promise<RecoveryPage> {
    const page = await call('makeRecoveryKey');
    keys.value = await call('keyView');
    return page;
  }

  async function take(file: Blob): Promise<BundleTaken> {
    return call('importBundle', { base64: await base64Of(file) });
  }
  const write = (what: ExportBundle): Promise<BundleMade> => call('exportBundle', what);
  const weigh = (what: ExportBundle): Promise<BundleSize> => call('bundleSize', what);
  const recover = (folder: RecoverFolder): Promise<RecoveredView> => call('recoverFolder', folder);
  const writeStuck = (job: string | null): Promise<FileMade> => call('exportStuck', { job });

  /** Ends this device: it begins anew as one that no outlet knows. */
  const erase = (numberEnd: string, unsentToo: boolean) => call('eraseDevice', { number_end: numberEnd, unsent_too: unsentToo });

  return {
    view,
    keys,
    running,
    load,
    moved,
    check,
    free,
    rebuild,
    rotate,
    cancel,
    makeRecovery,
    recover,
    take,
    write,
    weigh,
    writeStuck,
    erase,
  };
});
