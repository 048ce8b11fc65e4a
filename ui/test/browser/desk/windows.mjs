/** Two windows on one desk: what one saves the other shows by itself, and what is half typed there stays. */
import assert from 'node:assert/strict';
import { core, T } from '../stage.mjs';

export const name = 'two windows';
export const path = '/desk/orders';
export const ready = 'new-order';
/** Of what another window saved, without a reload. */
const SOON_MS = 5_000;
const HALF = '半句没打完';
const HOURS = '/promises/first_visit_hours';
const SILENCE = '/promises/silence_hours';

const soon = (page, selector) => page.waitForSelector(selector, { timeout: SOON_MS });
const row = (customer) => `${T('order-row')}:has-text("${customer}")`;
const typed = (page) => page.inputValue(T('order-symptom'));

async function form(page) {
  await page.keyboard.press('n');
  await page.waitForFunction(() => document.activeElement?.dataset.test === 'order-phone');
}

/** One takes an order and sends somebody; the other lists both behind the form that stays open. */
async function orders(keys, page, other, { customer, phone, technician }) {
  await form(other);
  await other.fill(T('order-symptom'), HALF);
  await form(page);
  for (const [field, text] of Object.entries({ phone, name: customer, address: '建设路12号', symptom: '漏水' })) {
    await page.focus(T(`order-${field}`));
    await keys.type(text);
  }
  await keys.press('Control+Enter');
  await page.waitForSelector(row(customer));
  await soon(other, row(customer));
  await keys.click(`${row(customer)} ${T('assign')}`, `assign-${technician}`, 'assign-done');
  await soon(other, `${row(customer)}:has-text("${technician}")`);
  assert.equal(await typed(other), HALF);
  await other.keyboard.press('Escape');
  await other.waitForSelector(T('order-form'), { state: 'detached' });
  await form(other);
  assert.equal(await typed(other), HALF, 'what one window is done with was its own');
  await other.keyboard.press('Escape');
}

/** One publishes a promise while the other has another one half written: both come into force. */
async function promises(keys, page, other, { desk, at }) {
  await other.goto(at('/desk/settings/words?kind=promises'));
  await other.waitForSelector(T(`value${SILENCE}`));
  await other.fill(T(`value${SILENCE}`), '70');
  await other.press(T(`value${SILENCE}`), 'Tab');
  await other.waitForSelector(`${T('words-changed')}:has-text("改了 1 处")`);
  await page.goto(at('/desk/settings/words?kind=promises'));
  await page.waitForSelector(T(`value${HOURS}`));
  const before = await page.textContent(T('words-changed'));
  await page.fill(T(`value${HOURS}`), '23');
  await page.press(T(`value${HOURS}`), 'Tab');
  await keys.click('words-compare', 'set-publish');
  await page.waitForSelector(`${T('notice-done')}:has-text("已起用")`);
  await other.waitForFunction(([name]) => document.querySelector(name)?.value === '23', [T(`value${HOURS}`)], { timeout: SOON_MS });
  assert.equal(await other.inputValue(T(`value${SILENCE}`)), '70');
  assert.match(await other.textContent(T('words-changed')), /改了 1 处，还没发布/);
  await other.click(T('words-compare'));
  await other.click(T('set-publish'));
  await other.waitForSelector(`${T('words-changed')}:has-text("没有改动")`);
  await page.waitForFunction(([name]) => document.querySelector(name)?.value === '70', [T(`value${SILENCE}`)], { timeout: SOON_MS });
  const { rows } = await core(desk, 'set_form', { kind: 'promises' });
  const found = Object.fromEntries(rows.flatMap((each) => each.fields).map((field) => [field.pointer, field.value.is]));
  assert.deepEqual([found[HOURS], found[SILENCE]], [23, 70]);
  assert.notEqual(await page.textContent(T('words-changed')), before, 'it names the version that is in force now');
}

export async function play(keys, page, { customer, phone, shop, technician }) {
  const other = await page.context().newPage();
  const at = (to) => new URL(`/#${to}`, shop.desk).href;
  await other.goto(at(path));
  await other.waitForSelector(T(ready));
  await orders(keys, page, other, { customer, phone, technician });
  await promises(keys, page, other, { desk: shop.desk, at });
  await other.close();
}
