/**
 * A device that is being reported lost. That is final, so there is time to think better of it; who leaves the page meanwhile, or whose
 * window closes, has still said it: it is kept like a draft, and a window that opens later begins the moment again.
 */
import type { DeviceView } from '@schemas';
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { useDraft } from './draft';
import { useNotices } from './notices';
import { useTeam } from './team';

const SECOND_THOUGHTS_S = 8;

interface Going {
  device: string;
  name: string;
}

export const useLosing = defineStore('losing', () => {
  const team = useTeam();
  const { draft: going, discard } = useDraft<Going>('losing', () => ({ device: '', name: '' }));
  const left = ref(0);
  let timer: ReturnType<typeof setInterval> | undefined;

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    discard();
  }

  function count(done: (name: string) => void): void {
    if (timer !== undefined || going.value.device === '') return;
    left.value = SECOND_THOUGHTS_S;
    timer = setInterval(() => {
      left.value -= 1;
      if (left.value > 0) return;
      const { device, name } = going.value;
      stop();
      team.setDeviceStatus(device, 'lost').then(
        () => done(name),
        (error: unknown) => useNotices().failed(error),
      );
    }, 1000);
  }

  function begin({ device, name }: DeviceView): void {
    going.value = { device, name };
  }

  return { going, left, begin, count, stop };
});
