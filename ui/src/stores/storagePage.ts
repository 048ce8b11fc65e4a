/** What both shells' pages of the data folder do; each draws it in its own frame. */
import type { BundleMade, BundleTaken, RecoveryPage } from '@schemas';
import { onMounted, ref } from 'vue';
import { useTexts } from '@/i18n';
import { useDoing } from './doing';
import { useNotices } from './notices';
import { useSession } from './session';
import { useStorage } from './storage';

export function useStoragePage() {
  const storage = useStorage();
  const session = useSession();
  const notices = useNotices();
  const { t } = useTexts();
  const { busy, failure, run } = useDoing();
  const made = ref<BundleMade | null>(null);
  const taken = ref<BundleTaken | null>(null);
  const page = ref<RecoveryPage | null>(null);

  const told = (work: () => Promise<void>) =>
    run(async () => {
      await work();
      notices.done(t('data.done'));
    });
  const check = () => told(storage.check);
  const rebuild = () => told(storage.rebuild);
  const rotate = () => told(storage.rotate);
  const recovery = () => run(async () => void (page.value = await storage.makeRecovery()));
  const write = (all: boolean, photos: boolean) =>
    run(async () => {
      made.value = null;
      made.value = await storage.write({ what: { what: all ? 'all' : 'unsent' }, photos: photos ? 'all' : 'none' });
    });
  const take = (file: File) =>
    run(async () => {
      taken.value = null;
      taken.value = await storage.take(file);
    });
  const stop = (task: Parameters<typeof storage.cancel>[0]) => run(() => storage.cancel(task));

  onMounted(() => run(() => storage.load()));
  return { storage, session, busy, failure, made, taken, page, check, rebuild, rotate, recovery, write, take, stop };
}
