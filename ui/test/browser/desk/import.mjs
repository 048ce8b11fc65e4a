/** A maker's table as another program wrote it: what is wrong stays out, what somebody works on stays in when the rest is taken back. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { core, T, UI } from '../stage.mjs';
import { until } from '../shop.mjs';

export const name = 'an import';
export const path = '/desk/orders/import';
export const ready = 'import-pick';
/** Saved as GB18030, with a title above its heads. */
const FILE = join(UI, '../src-tauri/core/tests/core/tables/orders-gb18030.csv');
const TAKEN = ['彭秀兰', '罗桂香', '邓小妹'];

async function open(desk) {
  const everyone = { days: null, status: null, member: null, township: null, phone: null, serial: null };
  const { jobs } = await core(desk, 'list_jobs', { ...everyone, open: true, after: null, limit: 200 });
  return jobs.filter((card) => card.maker_order.startsWith('CG20261121'));
}
const names = (cards) => cards.map((card) => card.customer).sort();
const rows = (page) => page.$$eval(T('import-row'), (all) => all.map((row) => row.dataset.state));

export async function play(keys, page, { shop }) {
  const read = async () => {
    await page.setInputFiles(T('import-file'), { name: '派工 11.21.csv', mimeType: 'text/csv', buffer: readFileSync(FILE) });
    await page.waitForSelector(T('import-rows'));
  };
  await read();
  // Without its column of phones nothing can be brought in, and the page says which is missing.
  await page.selectOption(T('import-column-1'), '');
  await page.waitForSelector(`${T('import-lacking')}:has-text("电话")`);
  assert.ok(await page.isDisabled(T('import-start')));
  await page.selectOption(T('import-column-1'), 'phone');
  await page.waitForSelector(T('import-rows'));
  assert.deepEqual(await rows(page), ['ready', 'ready', 'ready', 'wrong', 'here', 'alike']);
  assert.deepEqual(await open(shop.desk), [], 'a preview writes nothing');
  await keys.click('import-start');
  await page.waitForSelector(`${T('import-note')}:has-text("已导入 3 单")`);
  const taken = await open(shop.desk);
  assert.deepEqual(names(taken), TAKEN);
  // The very file again: it says when it came, and makes no job twice.
  await page.reload();
  await page.waitForSelector(T('import-pick'));
  await read();
  await page.waitForSelector(`${T('import-before')}:has-text("3 单")`);
  assert.equal((await rows(page)).filter((state) => state === 'ready').length, 0);
  assert.ok(await page.isDisabled(T('import-start')));
  // Somebody is sent to one of them: the phone has it, and it stays.
  const { member } = await core(shop.phone, 'session');
  const deng = taken.find((card) => card.customer === '邓小妹');
  await core(shop.desk, 'assign', { job: deng.job, members: [member.id] });
  await until('the order on the phone', () => core(shop.phone, 'job', { job: deng.job }));
  // The file is kept over a reload, until it is set aside.
  await page.reload();
  await page.waitForSelector(T('import-before'));
  await keys.click('import-drop');
  await page.waitForSelector(T('imports'));
  await keys.click('import-undo-past');
  await page.waitForSelector(`${T('import-note')}:has-text("已撤销 2 单")`);
  await page.waitForSelector(`${T('import-kept')}:has-text("邓小妹")`);
  assert.deepEqual(names(await open(shop.desk)), ['邓小妹']);
}
