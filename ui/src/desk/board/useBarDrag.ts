/**
 * A bar or a card in the hand: over which row, how far across. Pointer events, because the window's own drag and drop is the
 * system's. A press that goes nowhere stays a click.
 */
import { useEventListener } from '@vueuse/core';
import { ref } from 'vue';

/** So far a hand trembles. */
const STILL_PX = 5;

export interface InHand {
  job: string;
  /** The row it was taken from; `null` for the unassigned. */
  from: string | null;
  startX: number;
  startY: number;
  x: number;
  y: number;
  /** The row below it; `null` above the unassigned, `undefined` above nothing. */
  over: string | null | undefined;
  lifted: boolean;
}

export function useBarDrag(letGo: (held: InHand) => void) {
  const held = ref<InHand | null>(null);
  /** The click that comes right after a drag is none. */
  let dragged = false;

  function rowAt(x: number, y: number): string | null | undefined {
    const found = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-drop]');
    if (!found) return undefined;
    return found.dataset.drop === 'pool' ? null : found.dataset.drop;
  }

  function take(event: PointerEvent, job: string, from: string | null): void {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    dragged = false;
    const { clientX, clientY } = event;
    held.value = { job, from, startX: clientX, startY: clientY, x: clientX, y: clientY, over: from, lifted: false };
  }

  useEventListener(window, 'pointermove', (event: PointerEvent) => {
    const now = held.value;
    if (!now) return;
    const far = Math.hypot(event.clientX - now.startX, event.clientY - now.startY) > STILL_PX;
    if (!now.lifted && !far) return;
    event.preventDefault();
    held.value = { ...now, lifted: true, x: event.clientX, y: event.clientY, over: rowAt(event.clientX, event.clientY) };
  });
  useEventListener(window, 'pointerup', () => {
    const now = held.value;
    held.value = null;
    dragged = now?.lifted ?? false;
    setTimeout(() => (dragged = false));
    if (now?.lifted) letGo(now);
  });
  useEventListener(window, 'pointercancel', () => (held.value = null));
  // Before anybody else hears of Esc: the bar goes back where it was.
  useEventListener(
    window,
    'keydown',
    (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !held.value?.lifted) return;
      event.stopPropagation();
      held.value = null;
      dragged = true;
    },
    { capture: true },
  );

  return { held, take, wasDragged: () => dragged };
}
