/** What is done on the page of the data folder. */
import type { RecoveryPage } from '@schemas';
import { onMounted, ref } from 'vue';
import { useTexts } from '@/i18n';
import { useDoing } from './doing';
import { useNotices } from './notices';
import { useStorage } from './storage';
import { useSync } from './sync';

export function useStoragePage() {
  const storage = useStorage();
  const sync = useSync();
  const notices = useNotices();
  const { t } = useTexts();
  const { busy, failure, run } = useDoing();
  const page = ref<RecoveryPage | null>(null);

  const told = (work: () => Promise<void>) =>
    run(async () => {
      await work();
      notices.done(t('data.done'));
    });
  const check = () => told(storage.check);
  const free = () => told(storage.free);
  const rebuild = () => told(storage.rebuild);
  const rotate = () => told(storage.rotate);
  const recovery = () => run(async () => void (page.value = await storage.makeRecovery()));
  const erase = (numberEnd: string, unsentToo: boolean) =>
    run(async () => {
      await storage.erase(numberEnd, unsentToo);
      // Nothing of the outlet may stay in memory, on any screen.
      location.reload();
    });

  const open = () => run(() => Promise.all([storage.load(), sync.load()]));
  onMounted(open);
  return { storage, sync, busy, failure, page, open, check, free, rebuild, rotate, recovery, erase };
}
