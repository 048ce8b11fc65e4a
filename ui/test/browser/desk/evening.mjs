/** The owner's evening (R39): all sheets without findings at once, the others one by one, within the budget of UX.md. */
import assert from 'node:assert/strict';
import { T } from '../stage.mjs';
import { worked } from './worked.mjs';

export const name = 'the evening';
export const tale = 'evening';
export const path = '/desk/review';
export const ready = 'review-row';
const BUDGET = 20;
const MINUTES = 5;
const OF_JOBS = 25;
export const before = (shop, page, mark) => worked(shop, page, OF_JOBS, mark);

/** Rows that are finished and not approved. */
const waiting = (page) => page.$$eval(`${T('review-row')}[data-status="finished"]`, (rows) => rows.map((row) => row.dataset.job));

export async function play(keys, page) {
  const sheets = (await waiting(page)).length;
  assert.ok(sheets >= OF_JOBS, `${sheets} sheets wait, the budget is of ${OF_JOBS}`);
  assert.ok(await page.locator(T('finding')).count(), 'a day on which nothing wants a look is no day');
  // Each is looked at first: what was returned before is not for all at once.
  await keys.click('approve-all');
  await page.waitForSelector(T('approved-all'));
  // What has findings is looked at: a click opens it, another says yes.
  for (const job of await waiting(page)) {
    await keys.click(`${T('review-row')}[data-job="${job}"]`);
    await page.waitForSelector(`${T('job-panel')}[data-job="${job}"] ${T('panel-approve')}`);
    await keys.click('panel-approve');
    await page.waitForSelector(`${T('review-row')}[data-job="${job}"]:not([data-status="finished"])`);
  }
  assert.deepEqual(await waiting(page), []);
  assert.ok(keys.deeds <= BUDGET, `${keys.deeds} keys and clicks for ${sheets} sheets, ${BUDGET} are allowed`);
  assert.ok(keys.seconds < MINUTES * 60);
}
