/**
 * A touch is answered at once, before the work that it starts: the control under the finger says that it was felt. A browser's own
 * `:active` shows after a short tap only when that work is done, on a slow phone a third of a second later.
 */
const CONTROLS = 'button, a[href], label, summary, [role="button"], [role="tab"], [role="radio"], [role="switch"], [role="checkbox"]';
/** Long enough to be seen after the finger is gone. */
const SEEN_MS = 160;

/** Marks what is touched with `data-pressed` until the finger is lifted or turns out to scroll. Returns how to end it. */
export function showPresses(on: Document): () => void {
  let pressed: Element | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const release = () => {
    clearTimeout(timer);
    pressed?.removeAttribute('data-pressed');
    pressed = null;
  };
  const press = ({ target, isPrimary }: PointerEvent) => {
    release();
    const control = isPrimary && target instanceof Element ? target.closest(CONTROLS) : null;
    if (control && !control.matches(':disabled, [aria-disabled="true"]')) (pressed = control).setAttribute('data-pressed', '');
  };
  const lift = () => (timer = setTimeout(release, SEEN_MS));
  const listening = { capture: true, passive: true };
  on.addEventListener('pointerdown', press, listening);
  on.addEventListener('pointerup', lift, listening);
  on.addEventListener('pointercancel', release, listening);
  return () => {
    release();
    on.removeEventListener('pointerdown', press, listening);
    on.removeEventListener('pointerup', lift, listening);
    on.removeEventListener('pointercancel', release, listening);
  };
}
