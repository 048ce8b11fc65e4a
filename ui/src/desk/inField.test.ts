import { expect, it } from 'vitest';
import { inField } from './inField';

function pressed(tag: string, init: KeyboardEventInit = {}): boolean {
  const at = document.body.appendChild(document.createElement(tag));
  let answer = false;
  addEventListener('keydown', (event) => (answer = inField(event)), { once: true });
  at.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, ...init }));
  at.remove();
  return answer;
}

it('a key in a field is the field’s own, and so is one that a word is composed with', () => {
  expect(['input', 'textarea', 'select', 'button', 'tr'].map((tag) => pressed(tag))).toEqual([true, true, true, false, false]);
  expect(pressed('button', { isComposing: true })).toBe(true);
  expect(inField(new KeyboardEvent('keydown'))).toBe(false);
});
