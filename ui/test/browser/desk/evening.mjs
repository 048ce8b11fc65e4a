/** The owner's evening (R39): all sheets without findings at once, the others one by one, within the budget of UX.md. */
import assert from 'node:assert/strict';
import { T } from '../stage.mjs';

export const name = 'the evening';
export const tale = 'evening';
export const path = '/desk/review';
export const ready = 'review-row';
const BUDGET = 20;
const MINUTES = 5;
const OF_JOBS = 25;

/** Rows that are finished and not approved. */
const waiting = (page) => page.$$eval(`${T('review-row')}[data-status="finished"]`, (rows) => rows.map((row) => row.dataset.job));

export async function play(keys, page) {
  const jobs = await page.locator(T('review-row')).count();
  const before = (await waiting(page)).length;
  assert.ok(before > 0, 'no sheet waits for an answer');
  // Each is looked at first: what was returned before is not for all at once.
  await page.waitForFunction((bar) => !document.querySelector(`${bar} [role=status]`), T('approve-bar'));
  if (await page.locator(T('approve-all')).count()) {
    await keys.click('approve-all');
    await page.waitForSelector(T('approved-all'));
  }
  // What has findings is looked at: a click opens it, another says yes.
  for (const job of await waiting(page)) {
    await keys.click(`${T('review-row')}[data-job="${job}"]`);
    await page.waitForSelector(`${T('job-panel')}[data-job="${job}"] ${T('panel-approve')}`);
    await keys.click('panel-approve');
    await page.waitForSelector(`${T('review-row')}[data-job="${job}"]:not([data-status="finished"])`);
  }
  assert.deepEqual(await waiting(page), []);
  const most = Math.max(BUDGET, Math.ceil((BUDGET * jobs) / OF_JOBS));
  assert.ok(keys.deeds <= most, `${keys.deeds} keys and clicks for ${jobs} jobs, ${most} are allowed`);
  assert.ok(keys.seconds < MINUTES * 60);
}
