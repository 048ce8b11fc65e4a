/**
 * Plays the first job in two headless browsers and keeps pictures of it. `make` beside this file starts what it needs.
 *
 *   node docs/screens/shots.mjs --desk URL --phone URL --into DIR
 *
 * Fails when a picture is larger than a README should carry, or a page reported an error.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withPalette } from './palette.mjs';

// The UI's own packages: these pictures need none of their own.
const { chromium } = createRequire(new URL('../../ui/package.json', import.meta.url))('playwright-core');

const { values: given } = parseArgs({
  options: {
    desk: { type: 'string' },
    phone: { type: 'string' },
    into: { type: 'string' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
});
assert.ok(given.desk && given.phone && given.into, '--desk, --phone and --into are needed');

const MOST_BYTES = 120_000;
const CUSTOMER = '王芳';
const TECHNICIAN = '冉小军';
const T = (name) => `[data-test="${name}"]`;

const browser = await chromium.launch({
  executablePath: given.browser,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
});
const decoder = await browser.newPage();
const wrong = [];

async function open(address, width, height) {
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: width < 500,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(address);
  return page;
}

async function shoot(page, name) {
  // What comes and goes (a notice) or marks where the last click was is no part of the screen.
  await page.evaluate(() => document.activeElement?.blur());
  await page.mouse.move(0, 0);
  const notices = page.locator(T('notice-close'));
  while ((await notices.count()) > 0) await notices.first().click();
  await page.evaluate(() => Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode().catch(() => null))]));
  const png = await withPalette(decoder, await page.screenshot());
  assert.ok(png.length < MOST_BYTES, `${name}.png has ${png.length} bytes, more than ${MOST_BYTES}`);
  writeFileSync(join(given.into, `${name}.png`), png);
  process.stdout.write(`  ✓ ${name}.png, ${Math.round(png.length / 1000)} KB\n`);
}

/** A picture as a camera would hand it over: a grey wall, a white heater, a copper pipe. */
async function camera(page) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 1200 });
    const brush = canvas.getContext('2d');
    for (const [colour, ...place] of [
      ['#c9cdc6', 0, 0, 1600, 1200],
      ['#f4f6f7', 560, 180, 480, 640],
      ['#30363b', 700, 260, 200, 90],
      ['#b5773c', 690, 820, 28, 380],
      ['#b5773c', 880, 820, 28, 380],
    ]) {
      brush.fillStyle = colour;
      brush.fillRect(...place);
    }
    return canvas.toDataURL('image/jpeg', 0.85);
  });
  return { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64') };
}

async function takeOrder(desk) {
  await desk.click(T('new-order'));
  await desk.fill(T('order-name'), CUSTOMER);
  await desk.fill(T('order-phone'), '138 0000 1234');
  await desk.fill(T('order-township'), '城关镇');
  await desk.fill(T('order-address'), '建设路 12 号 3-201');
  await desk.click(T('urgency-class2'));
  await desk.selectOption(T('order-kind-1'), 'instant_heater');
  await desk.fill(T('order-brand-1'), '凌越');
  await desk.fill(T('order-model-1'), 'DSK-85');
  await desk.fill(T('order-symptom'), '接头漏水');
  await desk.click(T(`assignee-${TECHNICIAN}`));
  await desk.click(T('order-submit'));
  await desk.waitForSelector(`${T('order-row')}:has-text("${CUSTOMER}")`);
}

async function step(phone, name) {
  await phone.click(`${T('next-step')}[data-step="${name}"]`);
}

async function measure(phone) {
  const keys = async (typed) => {
    for (const key of typed) await phone.click(T(key === '.' ? 'pad-point' : `pad-${key}`));
    await phone.click(T('pad-save'));
  };
  const method = async (code) => {
    const methods = phone.locator(`${T(`row-${code}`)} [data-test^="method-"]`);
    if ((await methods.count()) > 0) await methods.first().click();
  };
  await phone.waitForSelector(T('choice-right'));
  await method('socket_polarity');
  await phone.click(T('choice-right'));
  await phone.waitForSelector(`${T('row-earth_resistance')}.open`);
  await method('earth_resistance');
  await keys('12.6');
  await phone.waitForSelector(`${T('verdict')}[data-verdict="fail"]`);
  await shoot(phone, 'phone-safety');
  await phone.click(T('rectify-earth_resistance'));
  await phone.fill(T('reason-text'), '重新接好地线端子');
  await phone.click(T('reason-save'));
  await phone.waitForSelector(T('retest'));
  await keys('1.8');
  await phone.waitForSelector(`${T('row-rcd_button')}.open`);
  await method('rcd_button');
  await phone
    .locator(`${T('row-rcd_button')} [data-test^="choice-"]`)
    .first()
    .click();
  await phone.click(T('safety-done'));
}

async function fillSheet(phone) {
  await phone.click(T('section-sheet'));
  await phone.fill(T('field-serial'), 'LY2019060512');
  await phone.click(`${T('likely')} >> nth=0`);
  await phone.waitForSelector(`${T('mark-action')}[data-state="saved"]`);
  await phone.click(T('part-offer-AQ-MF-63'));
  await phone.waitForSelector(T('part-row'));
  await phone.setInputFiles(T('shoot-after'), await camera(phone));
  await phone.waitForSelector(`${T('slot-after')}[data-taken="1"]`);
  await phone.click(T('back'));
}

async function answer(phone, service, word) {
  await phone.click(T(`service-${service}`));
  await phone.click(T(`answer-${word}`));
  await phone.waitForSelector(`${T(`service-${service}`)}[data-state="done"]`);
}

async function visit(phone) {
  await phone.waitForSelector(`${T('job-card')}:has-text("${CUSTOMER}")`);
  await shoot(phone, 'phone-today');
  await phone.click(T('tab-me'));
  await phone.click(T('no-network'));
  await phone.click(T('tab-today'));
  await phone.click(`${T('job-card')}:has-text("${CUSTOMER}")`);
  await step(phone, 'depart');
  await step(phone, 'arrive');
  await phone.waitForSelector(T('card-recorded'));
  await phone.click(T('card-next'));
  await measure(phone);
  await fillSheet(phone);
  await answer(phone, 'explain', 'done');
  await answer(phone, 'maintain', 'done');
  await phone.evaluate(() => scrollTo(0, 0));
  await shoot(phone, 'phone-job');
  await answer(phone, 'check_all', 'all_normal');
  await step(phone, 'finish');
  await phone.waitForSelector(T('finish-ready'));
  await phone.click(T('finish-confirm'));
  await phone.waitForSelector(T('job-finished'));
  await phone.click(T('back'));
  await phone.click(T('tab-sync'));
  await phone.waitForSelector(T('waiting-job'));
  await shoot(phone, 'phone-sync');
}

async function review(desk, phone) {
  await phone.click(T('tab-me'));
  await phone.click(T('no-network'));
  await desk.click(T('nav-review'));
  const row = `${T('review-row')}:has-text("${CUSTOMER}")[data-status="finished"]`;
  await desk.click(row);
  await desk.waitForSelector(`${T('job-panel')} ${T('photo')} img`);
  await desk.waitForSelector(T('all-arrived'));
  await desk.waitForSelector(T('charts'));
  await shoot(desk, 'desk-review');
}

try {
  const desk = await open(given.desk, 1280, 800);
  const phone = await open(given.phone, 390, 844);
  await desk.waitForSelector(T('order-row'));
  await takeOrder(desk);
  await visit(phone);
  await shoot(desk, 'desk-orders');
  await review(desk, phone);
  await phone.emulateMedia({ colorScheme: 'dark' });
  await phone.click(T('tab-today'));
  await phone.waitForSelector(`${T('job-card')}:has-text("${CUSTOMER}")`);
  await shoot(phone, 'phone-today-dark');
  assert.deepEqual(wrong, [], 'no page reported an error');
} finally {
  await browser.close();
}
