/**
 * The store by hand, in two parts, because between them somebody kills the phone's program:
 *
 *   node test/browser/store.mjs --part typed --phone URL --customer NAME
 *   node test/browser/store.mjs --part rest --phone URL --desk URL --customer NAME --fault TEXT --forged FILE
 *
 * The phone has a job of the customer with an unsent fault on its sheet, the owner's desk has the job without it, and neither has a
 * network. Prints one line for each step and exits 0 only if all of them came out.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values: given } = parseArgs({
  options: {
    part: { type: 'string' },
    phone: { type: 'string' },
    desk: { type: 'string' },
    customer: { type: 'string' },
    fault: { type: 'string' },
    forged: { type: 'string' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
});

const T = (name) => `[data-test="${name}"]`;
const HALF = '密封圈老';
const WHOLE = '密封圈老化';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
const browser = await chromium.launch({ executablePath: given.browser, args: [...FLAGS, '--disable-sync', '--disable-quic'] });
const wrong = [];
const step = (sentence) => process.stdout.write(`  ✓ ${sentence}\n`);

async function open(name, address, width, height) {
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: width < 500,
    locale: 'zh-CN',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => wrong.push(`${name}: ${error.message}`));
  await page.goto(address);
  return page;
}

async function sheet(phone) {
  await phone.click(`${T('job-card')}:has-text("${given.customer}")`);
  await phone.click(T('section-sheet'));
  return phone.locator(T('field-cause'));
}

async function typeHalf(phone) {
  const field = await sheet(phone);
  await field.focus();
  const kept = phone.waitForResponse((answer) => answer.url().endsWith('/put_draft') && answer.request().postData().includes(HALF));
  await field.pressSequentially(HALF);
  await kept;
  step('half a field is typed, and nobody left it');
}

async function reopen(phone) {
  // It is on the same screen: nobody has to find the way back.
  const field = phone.locator(T('field-cause'));
  await field.waitFor();
  assert.equal(await field.inputValue(), HALF);
  await field.focus();
  await field.press('End');
  await field.pressSequentially(WHOLE.slice(HALF.length));
  await field.press('Tab');
  await phone.waitForSelector(`${T('mark-cause')}[data-state="saved"]`);
  step('after the program was killed the same screen is there with the half, and goes on');
  await phone.click(T('back'));
  await phone.waitForSelector(T('section-sheet'));
  await phone.click(T('back'));
}

async function search(phone) {
  await phone.click(T('open-find'));
  const found = phone.locator(T('found'));
  for (const typed of [given.customer, 'pxl', '1003']) {
    await phone.fill(T('find'), typed);
    await phone.waitForSelector(`${T('found')}:has-text("${given.customer}")`);
    assert.equal(await found.count(), 1, typed);
  }
  step('a job is found by name, by initials and by the last four digits');
  for (const typed of ['"', "' OR 1=1 --", 'NEAR( AND * ^', '🧯🧯', '查无此人']) {
    await phone.fill(T('find'), typed);
    await phone.waitForSelector(`${T('empty')}:has-text("${typed.replaceAll('"', '\\"')}")`);
  }
  await phone.fill(T('find'), '彭秀兰 '.repeat(2500));
  await phone.waitForSelector(T('find-shortened'));
  step('quotes, operators, emoji and ten thousand letters find nothing or the first words, and break nothing');
  await phone.fill(T('find'), 'pxl');
  await phone.click(T('found'));
  await phone.waitForSelector(T('section-sheet'));
  await phone.click(T('back'));
  assert.equal(await phone.inputValue(T('find')), 'pxl');
  await phone.waitForSelector(T('found'));
  step('the way back from a found job leads to what was found');
  await phone.click(T('back'));
}

async function upkeep(phone) {
  await phone.click(T('tab-me'));
  await phone.click(T('open-storage'));
  for (const deed of ['check-store', 'rebuild-store']) {
    await phone.click(T(deed));
    await phone.waitForSelector(T('notice-done'));
    await phone.click(`${T('notice-done')} ${T('notice-close')}`);
  }
  await phone.waitForSelector(T('checked'));
  step('the data is checked, and made anew from the records');
}

async function exported(phone) {
  await phone.setInputFiles(T('import-file'), {
    name: 'x.doorstep',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('no bundle'),
  });
  await phone.waitForSelector(T('notice-failed'));
  await phone.click(`${T('notice-failed')} ${T('notice-close')}`);
  step('a file that is no bundle is refused in words');
  await phone.click(T('export-unsent'));
  const told = await phone.textContent(T('bundle-made'));
  const path = /存在 (\S+\.doorstep)/.exec(told)?.[1];
  assert.ok(path && existsSync(path), told);
  step('what is unsent lies in a file');
  return path;
}

async function bring(desk, path) {
  await desk.setInputFiles(T('import-file'), path);
  return desk.textContent(T('bundle-taken'));
}

async function atDesk(desk, bundle) {
  await desk.click(T('nav-sync'));
  await bring(desk, given.forged);
  await desk.waitForSelector(T('stuck'));
  assert.match(await desk.textContent(T('stuck')), /签名/);
  step('a forged file is put aside, and the desk says why');
  await desk.click(T('remedy-retry'));
  await desk.waitForSelector(T('stuck'));
  await desk.click(`${T('remedy-export')} >> nth=0`);
  const path = /(\/\S+)$/.exec((await desk.textContent(T('notice-done'))).trim())?.[1];
  assert.ok(path && existsSync(path), path);
  await desk.click(`${T('notice-done')} ${T('notice-close')}`);
  step('trying again changes nothing; it can be handed to somebody who looks into it');

  assert.match(await bring(desk, bundle), /收到 [1-9]\d* 条新记录/);
  await desk.waitForSelector(T('sync-carried'));
  await desk.waitForSelector(T('stuck'), { state: 'detached' });
  step('the phone’s own file brings its work, which the desk carries on, and what was put aside is settled');
  await desk.click(T('nav-orders'));
  await desk.fill(T('orders-search'), '1003');
  await desk.click(`${T('order-row')}:has-text("${given.customer}")`);
  for (const text of [given.fault, WHOLE]) await desk.waitForSelector(`${T('job-panel')} >> text=${text}`);
  step('the order is found at the desk, with what was written on the phone');
  await desk.click(T('nav-sync'));
  assert.match(await bring(desk, bundle), /收到 0 条新记录/);
  step('the same file again brings nothing');
}

async function away(phone) {
  await phone.reload();
  await phone.waitForSelector(T('erase-only-here'));
  assert.equal(await phone.locator(T('erase-number')).count(), 0);
  step('a phone with unsent work offers a file before anything else');
  await phone.click(T('erase-export'));
  await phone.check(T('erase-handed'));
  const number = (await phone.textContent(`label[for="erase-number"]`)).match(/[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4} ([0-9a-f]{4})/)[1];
  await phone.fill(T('erase-number'), number === '0000' ? '1111' : '0000');
  assert.ok(await phone.isDisabled(T('erase-go')));
  await phone.fill(T('erase-number'), number);
  await phone.click(T('erase-go'));
  await phone.waitForSelector(T('enrol-link'));
  assert.ok(!(await phone.content()).includes(given.customer));
  step('typed out, the phone is empty and asks to be enrolled');
}

try {
  const phone = await open('phone', given.phone, 390, 844);
  if (given.part === 'typed') {
    await typeHalf(phone);
  } else {
    await reopen(phone);
    await search(phone);
    await upkeep(phone);
    const bundle = await exported(phone);
    assert.ok(readFileSync(bundle).length > 0);
    const desk = await open('desk', given.desk, 1280, 800);
    await atDesk(desk, bundle);
    await away(phone);
  }
  assert.deepEqual(wrong, [], 'no page reported an error');
} finally {
  await browser.close();
}
