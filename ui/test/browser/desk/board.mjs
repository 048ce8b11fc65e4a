/** What nobody has yet is given to the best, moved by half an hour, and taken back, by keys alone. */
import assert from 'node:assert/strict';
import { T } from '../stage.mjs';
import { called } from './worked.mjs';

export const name = 'the board by keyboard';
export const path = '/desk/board';
export const ready = 'pool-card';
export const before = (shop, _page, mark) => called(shop, 3, mark);

export async function play(keys, page) {
  await keys.press('ArrowDown');
  const job = await page.evaluate(() => document.activeElement?.dataset.job);
  assert.ok(job, 'down leads to what nobody has yet');
  await keys.press('Enter');
  await page.waitForSelector(T('suggest-line'));
  const best = page.locator(`${T('suggest-line')}:not(.stopped)`).first();
  const member = await best.getAttribute('data-member');
  await page.waitForFunction(() => document.activeElement?.classList.contains('pick'));
  await keys.arrowTo(member);
  await keys.press('Enter');
  await page.waitForSelector(`${T('board-row')}[data-member="${member}"] [data-job="${job}"]`);
  await page.waitForFunction((of) => document.activeElement?.dataset.job === of, job);
  // It lies in the row now, and the hand is still on it.
  await keys.press('Enter');
  await page.waitForSelector(T('suggest'));
  await keys.press('Escape');
  await page.waitForSelector(T('suggest'), { state: 'detached' });
  assert.equal(keys.clicks, 0);
  await page
    .locator(`${T('notice-done')} ${T('notice-undo')}`)
    .first()
    .click();
  await page.waitForSelector(`${T('pool')} [data-job="${job}"]`);
}
