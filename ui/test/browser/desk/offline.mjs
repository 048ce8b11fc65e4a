/** The relay is down: an order, an approval and a new promise are the desk's own all the same, and go out by themselves when it is back. */
import assert from 'node:assert/strict';
import { core, T } from '../stage.mjs';
import { until } from '../shop.mjs';
import { worked } from './worked.mjs';

export const name = 'without network';
export const path = '/desk/orders';
export const ready = 'new-order';
/** A sheet that waits for the owner's word. */
export const before = (shop, page, mark) => worked(shop, page, 1, mark);
const NUMBER = '0718-8220001';

const row = (customer) => `${T('order-row')}:has-text("${customer}")`;
const chip = (page, state) => page.waitForSelector(`${T('sync-chip')}[data-state="${state}"]`);
const changes = async (desk) => (await core(desk, 'sync_status')).chip.changes;

async function ordered(keys, page, { customer, phone, technician }) {
  await keys.press('n');
  await page.waitForFunction(() => document.activeElement?.dataset.test === 'order-phone');
  for (const [field, text] of Object.entries({ phone, name: customer, township: '城关镇', address: '建设路12号', symptom: '漏水' })) {
    await page.focus(T(`order-${field}`));
    await keys.type(text);
  }
  await keys.click(`assignee-${technician}`);
  await keys.press('Control+Enter');
  await page.waitForSelector(`${row(customer)}:has-text("${technician}")`);
}

async function approved(keys, page, job) {
  await keys.click('nav-review', `[data-test="review-row"][data-job="${job}"]`);
  await page.waitForSelector(`${T('job-panel')}[data-job="${job}"] ${T('panel-approve')}`);
  await keys.click('panel-approve');
  await page.waitForSelector(`${T('review-row')}[data-job="${job}"][data-status="approved"]`);
}

async function numbered(keys, page) {
  await keys.click('nav-settings', 'section-words', 'words-numbers');
  await page.fill(T('value/outlet/number'), NUMBER);
  await page.press(T('value/outlet/number'), 'Tab');
  await keys.click('words-compare', 'set-publish');
  await page.waitForSelector(`${T('notice-done')}:has-text("已起用")`);
}

export async function play(keys, page, { customer, phone, technician, shop, jobs: [job] }) {
  await until('all that was before', async () => (await changes(shop.desk)) === 0);
  await shop.relayEnds();
  await ordered(keys, page, { customer, phone, technician });
  await chip(page, 'offline');
  await approved(keys, page, job);
  await numbered(keys, page);
  const waiting = await changes(shop.desk);
  assert.ok(waiting >= 3, `${waiting} changes wait`);
  // The page of the exchange says so, and where everything is.
  await keys.click('nav-sync');
  await page.waitForSelector(`${T('attempt')}[data-ok="false"]:has-text("连不上中继。记录都在本机，会自动再试。")`);
  await page.waitForSelector(`${T('waiting-job')}:has-text("${customer}")`);
  assert.equal((await core(shop.phone, 'job', { job })).card.status, 'finished', 'nothing came to the phone meanwhile');
  await shop.relayBegins();
  await chip(page, 'synced');
  await page.waitForSelector(T('sync-nothing-waiting'));
  const mine = async () => (await core(shop.phone, 'orders', { at: null, after: null })).jobs.find((card) => card.customer === customer);
  const taken = await until('the order on the phone', mine);
  assert.deepEqual(
    taken.assignees.map((member) => member.name),
    [technician],
  );
  await until('the approval on the phone', async () => (await core(shop.phone, 'job', { job })).card.status === 'approved');
  const numbers = async () => JSON.stringify((await core(shop.phone, 'job', { job: taken.job })).service_card);
  await until('the number on the phone', async () => (await numbers()).includes(NUMBER));
}
