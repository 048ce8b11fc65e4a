/**
 * The keys of a list of rows: up and down, Page up and Page down, Home and End go from row to row; Enter opens one, Space marks one where
 * rows can be marked. Rows that are not drawn yet are drawn first.
 */
import { nextTick } from 'vue';

/** Rows that Page up and Page down pass. */
const PAGE = 10;

interface Steps {
  /** The element whose children are the rows; each row says its key as `data-row`. */
  list: () => HTMLElement | null;
  keys: () => string[];
  reveal: (index: number) => Promise<void>;
  /** A row has come into the hand. */
  reached?: (key: string) => void;
  open?: (key: string) => void;
  mark?: (key: string) => void;
}

const TYPED = 'textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])';

export function rowSteps(steps: Steps): { step: (event: KeyboardEvent) => void; focusRow: (index: number) => Promise<void> } {
  const rowOf = (key: string) => steps.list()?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);

  async function focusRow(index: number): Promise<void> {
    const key = steps.keys()[index];
    if (key === undefined) return;
    if (!rowOf(key)) await steps.reveal(index);
    await nextTick();
    rowOf(key)?.focus();
    steps.reached?.(key);
  }

  function step(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[data-row]');
    if (!row || event.ctrlKey || event.altKey || event.metaKey || target.matches(TYPED)) return;
    const key = row.dataset.row ?? '';
    if (target === row && event.key === 'Enter' && steps.open) {
      event.preventDefault();
      return steps.open(key);
    }
    if (target === row && event.key === ' ' && steps.mark) {
      event.preventDefault();
      return steps.mark(key);
    }
    const last = steps.keys().length - 1;
    const here = steps.keys().indexOf(key);
    const to = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      PageDown: Math.min(last, here + PAGE),
      PageUp: Math.max(0, here - PAGE),
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined || to < 0 || to > last) return;
    event.preventDefault();
    void focusRow(to);
  }

  return { step, focusRow };
}
