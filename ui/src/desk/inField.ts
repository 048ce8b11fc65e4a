/** Whether a key was pressed where somebody types: it is theirs, not the page's. */
export function inField(event: KeyboardEvent): boolean {
  return event.isComposing || (event.target instanceof HTMLElement && event.target.matches('input, textarea, select, [contenteditable]'));
}
