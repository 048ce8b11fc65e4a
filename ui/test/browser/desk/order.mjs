/** A call comes in: the order is taken without the mouse, in less than half a minute of typing. */
import assert from 'node:assert/strict';
import { T } from '../stage.mjs';

export const name = 'an order by keyboard';
export const path = '/desk/orders';
export const ready = 'new-order';
const SECONDS = 30;

export async function play(keys, page, { customer, phone }) {
  await keys.press('n');
  await page.waitForSelector(T('order-phone'));
  await page.waitForFunction((wanted) => document.activeElement?.dataset.test === wanted, 'order-phone');
  await keys.type(phone);
  await keys.onwardTo('order-name');
  await keys.type(customer);
  await keys.onwardTo('order-township');
  await keys.type('城关镇');
  await keys.onwardTo('order-address');
  await keys.type('建设路12号');
  await keys.onwardTo('order-symptom');
  await keys.type('漏水');
  await keys.press('Control+Enter');
  await page.waitForSelector(`${T('order-row')}:has-text("${customer}")`);
  assert.equal(keys.clicks, 0);
  assert.ok(keys.seconds < SECONDS, `${keys.seconds} s of keys, ${SECONDS} are allowed`);
}
