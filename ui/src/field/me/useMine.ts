/** What this member has, fetched for a page about it, with what went wrong when it can't be opened. */
import { computed, onMounted } from 'vue';
import { useDoing } from '@/stores/doing';
import { useMine } from '@/stores/mine';

export function useMinePage() {
  const mine = useMine();
  const { busy, failure, run } = useDoing({ quiet: true });
  const view = computed(() => mine.view);
  const load = () => run(() => mine.load());
  onMounted(load);
  return { mine, view, busy, failure, load };
}
