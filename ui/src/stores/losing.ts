/**
 * A device that is being reported lost, or a member who leaves. What a phone then gives up nobody brings back, so there is time to think
 * better of it; who leaves the page meanwhile, or whose window closes, has still said it: it is kept like a draft, and a window that opens
 * later begins the moment again.
 */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { useDraft } from './draft';
import { useNotices } from './notices';
import { useTeam } from './team';

const SECOND_THOUGHTS_S = 8;

/** A device's number, or a member's id. */
interface Going {
  device: string;
  member: string;
  name: string;
}

export const useLosing = defineStore('losing', () => {
  const team = useTeam();
  const { draft: going, discard } = useDraft<Going>('losing', () => ({ device: '', member: '', name: '' }));
  const left = ref(0);
  let timer: ReturnType<typeof setInterval> | undefined;

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    discard();
  }

  const under = computed(() => going.value.device || going.value.member || '');

  function count(done: (name: string) => void): void {
    if (timer !== undefined || under.value === '') return;
    left.value = SECOND_THOUGHTS_S;
    timer = setInterval(() => {
      left.value -= 1;
      if (left.value > 0) return;
      const { device, member, name } = going.value;
      stop();
      (device ? team.setDeviceStatus(device, 'lost') : team.setMember(member, { status: 'left' })).then(
        () => done(name),
        (error: unknown) => useNotices().failed(error),
      );
    }, 1000);
  }

  function begin(what: { device: string; name: string } | { member: string; name: string }): void {
    going.value = { device: '', member: '', ...what };
  }

  return { going, under, left, begin, count, stop };
});
