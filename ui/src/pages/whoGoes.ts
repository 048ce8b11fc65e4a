/** 派给谁: who is picked for a job, with what speaks for and against each beside the others (R7). The core says it; both shells show it. */
import type { MemberView, SuggestLine } from '@schemas';
import { computed, ref } from 'vue';
import { useBoard } from '@/stores/board';
import { ofJob } from '@/stores/draft';
import { useDraftOf } from '@/stores/draftOf';
import type { SetAside } from '@/stores/jobs';
import { latest } from '@/stores/latest';

export function useWhoGoes(job: () => string, members: () => MemberView[]) {
  const board = useBoard();
  const picked = ref<string[]>([]);
  /** Empty until the core has said it, or where it can't: then the list is as it would be without a roster. */
  const lines = ref<SuggestLine[]>([]);
  /** In the order in which they stood when the list opened: nothing moves under a hand. */
  const first = ref<string[]>([]);
  const { draft: reason, writing } = useDraftOf(
    () => (job() === '' ? '' : ofJob(job(), 'aside')),
    () => '',
  );
  const lineOf = computed(() => new Map(lines.value.map((line) => [line.member.id, line])));
  const choices = computed(() => {
    const active = members().filter((member) => member.active);
    return first.value.length > 0 ? first.value.flatMap((id) => active.find((member) => member.id === id) ?? []) : active;
  });
  const against = computed(() => picked.value.map((id) => lineOf.value.get(id)).find((line) => line && !line.fits) ?? null);
  const mayGo = computed(() => against.value === null || (against.value.may_set_aside && reason.value.trim() !== ''));
  const aside = computed<SetAside | null>(() =>
    against.value
      ? {
          members: picked.value.filter((id) => lineOf.value.get(id)?.fits === false),
          reason: reason.value.trim(),
          written: writing(),
        }
      : null,
  );

  const judge = latest(async () => {
    const asked = job();
    const answer = await board.suggest(asked, picked.value).then(
      (found) => found.lines,
      () => [],
    );
    if (asked === job()) lines.value = answer;
  });

  /** Another job: who has it now is picked. */
  async function begin(now: string[]): Promise<void> {
    picked.value = [...now];
    [lines.value, first.value] = [[], []];
    await judge();
    first.value = lines.value.map((line) => line.member.id);
  }

  function toggle(id: string): void {
    picked.value = picked.value.includes(id) ? picked.value.filter((each) => each !== id) : [...picked.value, id];
    void judge();
  }

  return { picked, lineOf, choices, against, mayGo, aside, reason, begin, toggle };
}
