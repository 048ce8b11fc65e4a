import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { showPresses } from './pressed';

let end: () => void;
const touch = (kind: string, target: Element, isPrimary = true) =>
  target.dispatchEvent(Object.assign(new Event(kind, { bubbles: true }), { isPrimary }));
const isPressed = (target: Element) => target.hasAttribute('data-pressed');

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = '<button id="a"><b id="in">on</b></button><button id="off" disabled>off</button><p id="text">text</p>';
  end = showPresses(document);
});
afterEach(() => {
  end();
  vi.useRealTimers();
});
const at = (id: string) => document.getElementById(id) as HTMLElement;

test('a control says at once that it was touched, and for a moment after the finger is gone', () => {
  touch('pointerdown', at('in'));
  expect(isPressed(at('a'))).toBe(true);
  touch('pointerup', at('in'));
  expect(isPressed(at('a'))).toBe(true);
  vi.advanceTimersByTime(200);
  expect(isPressed(at('a'))).toBe(false);
});

test('a finger that scrolls lets go at once', () => {
  touch('pointerdown', at('in'));
  touch('pointercancel', at('in'));
  expect(isPressed(at('a'))).toBe(false);
});

test('what can not be pressed, a text and a second finger say nothing', () => {
  for (const id of ['off', 'text']) touch('pointerdown', at(id));
  touch('pointerdown', at('a'), false);
  expect(document.querySelector('[data-pressed]')).toBeNull();
});

test('what is pressed while another is held is the only one', () => {
  touch('pointerdown', at('a'));
  at('off').removeAttribute('disabled');
  touch('pointerdown', at('off'));
  expect([isPressed(at('a')), isPressed(at('off'))]).toEqual([false, true]);
});
