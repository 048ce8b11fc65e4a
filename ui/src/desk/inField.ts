/** A key pressed in a field is the field's own: Esc there must not throw away what is typed, nor close what a word is composed in. */
export const inField = (event: KeyboardEvent): boolean =>
  event.isComposing || (event.target instanceof Element && event.target.matches('input, textarea, select, [contenteditable]'));
