/**
 * One photo after the other, as fast as the shutter is pressed: each is on its way to the core before the next is taken, so that a killed
 * app loses none. Nothing that was taken is removed (0014): the last one can be taken again, and the first stays.
 */
import type { JobView, PhotoStage, Text } from '@schemas';
import { computed, onScopeDispose, ref } from 'vue';
import type { Shot } from '@/components/camera/CameraView.vue';
import { useTexts } from '@/i18n';
import { useJobs } from '@/stores/jobs';
import { useNotices } from '@/stores/notices';

export interface Slot {
  appliance: string;
  stage: PhotoStage;
}
interface Aim extends Slot {
  name: string;
}
interface Taken extends Shot {
  aim: Aim;
  /** The core's own, once it is saved. */
  photo?: string;
}

export function useBurst(of: () => JobView, start: Slot) {
  const jobs = useJobs();
  const notices = useNotices();
  const { say, t, word } = useTexts();
  const taken = ref<Taken[]>([]);
  const retaking = ref(false);
  let ids = 0;
  let queue: Promise<unknown> = Promise.resolve();

  const units = computed(() => [...of().appliances, ...of().loaners]);
  const slotOf = ({ appliance, stage }: Slot) => units.value.find(({ id }) => id === appliance)?.slots.find((slot) => slot.stage === stage);
  const named = (stage: PhotoStage, name?: Text) => (name && say(name)) || word('stage', stage);
  const same = (a: Slot, b: Slot) => a.appliance === b.appliance && a.stage === b.stage;
  const aimAt = (slot: Slot): Aim => ({ ...slot, name: named(slot.stage, slotOf(slot)?.name) });

  /** A slot that nobody must fill, or that is filled, is shot as often as somebody likes. */
  const free = !(slotOf(start)?.required && slotOf(start)?.taken === 0);
  /** What is still to be shot, this unit's first; what was shot and not saved yet is not shot again. */
  const wanted = computed<Aim[]>(() => {
    if (free) return [aimAt(start)];
    const from = Math.max(
      units.value.findIndex(({ id }) => id === start.appliance),
      0,
    );
    const inTurn = [...units.value.slice(from), ...units.value.slice(0, from)];
    const lacking = inTurn.flatMap(({ id: appliance, slots }) =>
      slots.filter((slot) => slot.required && slot.taken === 0).map(({ stage }) => aimAt({ appliance, stage })),
    );
    const open = lacking.filter((slot) => !taken.value.some((shot) => shot.state !== 'failed' && same(shot.aim, slot)));
    const first = open.findIndex((slot) => same(slot, start));
    return first > 0 ? [...open.splice(first, 1), ...open] : open;
  });
  const last = computed(() => taken.value.at(-1));
  const aim = computed(() => (retaking.value ? last.value?.aim : wanted.value[0]));
  const left = computed(() => (free ? 0 : wanted.value.length));

  function mark(id: number, found: Partial<Taken>): void {
    taken.value = taken.value.map((shot) => (shot.id === id ? { ...shot, ...found } : shot));
  }

  async function save(id: number, at: Aim, file: File, replaces: number | undefined): Promise<void> {
    const { job } = of().card;
    const old = taken.value.find((shot) => shot.id === replaces)?.photo;
    try {
      if (old) await jobs.retakePhoto(job, old, file);
      const photo = old ? undefined : await jobs.photoOf({ job, appliance: at.appliance, stage: at.stage }, file);
      mark(id, { state: 'saved', photo: photo ?? old });
    } catch (error) {
      mark(id, { state: 'failed' });
      notices.failed(error);
    }
  }

  /** The next step waits for all of them: each is under way from here on. */
  function shoot(file: File): void {
    const at = aim.value;
    if (!at) return;
    const replaces = retaking.value ? last.value?.id : undefined;
    retaking.value = false;
    const id = ++ids;
    taken.value = [...taken.value, { id, aim: at, name: at.name, url: URL.createObjectURL(file), state: 'saving' }];
    queue = queue.then(() => save(id, at, file, replaces));
    void jobs.during(queue);
  }

  onScopeDispose(() => taken.value.forEach(({ url }) => URL.revokeObjectURL(url)));

  return {
    shots: computed<Shot[]>(() => taken.value),
    name: computed(() => aim.value?.name ?? t('camera.complete')),
    left,
    retaking,
    shoot,
  };
}
