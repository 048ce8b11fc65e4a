/**
 * A hundred thousand customers at the desk: fetched page by page while the list is scrolled, gone through from end to end and by keys. At
 * most a hundred rows are in the document at any moment, and no place of the list is ever seen empty.
 *
 *   node test/browser/long.mjs
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { launch, serve, settled, T } from './stage.mjs';

const { values: given } = parseArgs({ options: { browser: { type: 'string', default: '/usr/bin/chromium' } } });
const MANY = 100_000;
const MOST_DRAWN = 100;
const WAIT_MS = 120_000;

const { address, end } = await serve();
const browser = await launch(given.browser);
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(`${address}?role=owner&language=zh&tale=heap#/desk/customers`);
  await page.waitForSelector(T('customer-row'));

  const began = Date.now();
  const fetched = await page.evaluate(
    async ({ many, row, list }) => {
      const box = document.querySelector(list);
      const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const rows = () => document.querySelectorAll(row).length;
      const count = () => Number(document.querySelector('table[aria-rowcount]').getAttribute('aria-rowcount')) - 1;
      let most = 0;
      while (count() < many) {
        box.scrollTop = box.scrollHeight;
        await frame();
        most = Math.max(most, rows());
      }
      return { most, count: count() };
    },
    { many: MANY, row: '[data-test="customer-row"]', list: T('customer-list') },
  );
  assert.equal(fetched.count, MANY);
  process.stdout.write(
    `${MANY} rows fetched while scrolling in ${((Date.now() - began) / 1000).toFixed(1)} s, at most ${fetched.most} drawn\n`,
  );

  const gone = await page.evaluate(
    async ({ row, list }) => {
      const box = document.querySelector(list);
      const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const found = { most: 0, empty: 0, slowest: 0, steps: 0 };
      for (let part = 0; part <= 1; part += 0.004) {
        const at = performance.now();
        box.scrollTop = part * (box.scrollHeight - box.clientHeight);
        await frame();
        found.slowest = Math.max(found.slowest, Math.round(performance.now() - at));
        found.steps += 1;
        const rows = [...document.querySelectorAll(row)].map((each) => each.getBoundingClientRect());
        const { top, bottom } = box.getBoundingClientRect();
        found.most = Math.max(found.most, rows.length);
        const middle = (top + bottom) / 2;
        if (!rows.some((each) => each.top <= middle && each.bottom >= middle)) found.empty += 1;
      }
      return found;
    },
    { row: '[data-test="customer-row"]', list: T('customer-list') },
  );
  assert.equal(gone.empty, 0, `${gone.empty} places were seen empty`);
  assert.ok(Math.max(gone.most, fetched.most) < MOST_DRAWN, `${gone.most} rows were drawn at once`);
  process.stdout.write(
    `scrolled through in ${gone.steps} steps: none empty, at most ${gone.most} drawn, slowest two frames ${gone.slowest} ms\n`,
  );

  await page.locator(T('customer-row')).first().focus();
  const here = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  for (const [key, name] of [
    ['Home', '客户 1 '],
    ['End', `客户 ${MANY} `],
    ['ArrowUp', `客户 ${MANY - 1} `],
  ]) {
    await page.keyboard.press(key);
    await settled(page);
    assert.ok((await here()).replace(/\s+/g, ' ').trim().startsWith(name.trim()), `${key} leads to ${await here()}`);
  }
  await page.click(T('sort-customers-customer'));
  await page.waitForSelector('th[aria-sort="ascending"]');
  process.stdout.write('  ✓ Home, End and the arrows reach every row, and the heads sort them\n');
} finally {
  await browser.close();
  end();
}
