/** A maker's dispatch list is brought in as orders, and taken back as a whole. */
import assert from 'node:assert/strict';
import { T } from '../stage.mjs';

export const name = 'a table of orders';
export const path = '/desk/orders/import';
export const ready = 'import-pick';
const ROWS = 3;

function csv(mark) {
  const head = '姓名,电话,乡镇,地址,类型,机器,品牌,型号,故障现象';
  const row = (_, at) =>
    `导入${mark}${at},139${String(mark).slice(-6)}${String(at).padStart(2, '0')},城关镇,南门路 ${at + 1} 号,维修,洗衣机,云浣,XQG100,不排水`;
  return Buffer.from([head, ...Array.from({ length: ROWS }, row)].join('\r\n'));
}

export async function play(keys, page, { mark }) {
  await page.setInputFiles(T('import-file'), { name: `派工${mark}.csv`, mimeType: 'text/csv', buffer: csv(mark) });
  await page.waitForSelector(T('import-rows'));
  const ready = await page.locator(`${T('import-row')}[data-state="ready"]`).count();
  assert.ok(ready > 0, 'no row is ready');
  await keys.click('import-start');
  await page.waitForSelector(T('import-undo'));
  await keys.click('import-undo');
  await page.waitForSelector(T('import-undo'), { state: 'detached' });
  await page.waitForSelector(T('import-note'));
  assert.equal(keys.deeds, 2);
}
