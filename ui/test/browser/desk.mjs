/**
 * The owner's day at the desk by hand, at 1280×800 and 1920×1080: an order by keyboard, the board by keyboard, the evening within UX.md's
 * budget, a table of orders. On the test double, or on a real core behind a real relay: then the evening is of sheets that a phone
 * finished, and the settings, a maker's table, two windows and a relay that is down are played as well.
 *
 *   node test/browser/desk.mjs [--programs DIR] [--only WORDS] [--tell] [--shots DIR]
 *
 * Prints one line a story and size, with the keys and clicks that it took; exits 1 at the first that isn't what it should be.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as board from './desk/board.mjs';
import * as evening from './desk/evening.mjs';
import * as brought from './desk/import.mjs';
import { Keys } from './desk/keys.mjs';
import * as offline from './desk/offline.mjs';
import * as order from './desk/order.mjs';
import * as settings from './desk/settings.mjs';
import * as table from './desk/table.mjs';
import * as windows from './desk/windows.mjs';
import { openShop, TECHNICIAN } from './shop.mjs';
import { launch, serve, T, WAIT_MS } from './stage.mjs';

const { values: given } = parseArgs({
  options: {
    programs: { type: 'string' },
    only: { type: 'string', default: '' },
    tell: { type: 'boolean' },
    shots: { type: 'string' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const EVERYWHERE = [order, board, evening, table];
/** Of a shop with a relay, at one size each. */
const REAL = [brought, windows, settings, offline];
const browser = await launch(given.browser);
const shop = given.programs ? await openShop(given.programs) : null;
const double = shop ? null : await serve();

async function played(story, viewport) {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const broken = [];
  context.on('weberror', (error) => broken.push(error.error().message));
  const size = `${viewport.width}×${viewport.height}`;
  const keys = new Keys(page);
  const look = async (what) => {
    if (!given.shots) return;
    mkdirSync(given.shots, { recursive: true });
    await page.screenshot({ path: join(given.shots, `${story.name} ${viewport.width} ${what}.png`.replaceAll(' ', '-')) });
  };
  try {
    const mark = Date.now() % 1_000_000;
    const jobs = shop && (await story.before?.(shop, page, mark));
    // A story of its own for each, on the double.
    const wishes = new URLSearchParams({ role: 'owner', language: 'zh', tale: story.tale ?? '', screen: `${story.name} ${size}` });
    await page.goto(shop ? new URL(`/#${story.path}`, shop.desk).href : `${double.address}?${wishes}#${story.path}`);
    await page.waitForSelector(T(story.ready));
    const customer = `王芳${mark % 1000}`;
    await story.play(keys, page, { mark, customer, phone: `137${String(mark).padStart(8, '0')}`, technician: TECHNICIAN, shop, jobs });
    if (broken.length > 0) throw new Error(broken.join('\n'));
    await look('done');
  } catch (error) {
    await look('failed');
    process.stderr.write(`${story.name}, ${size}, after ${keys.told.join(' ')}\n`);
    throw error;
  } finally {
    await context.close();
  }
  process.stdout.write(
    `  ✓ ${story.name}, ${size}: ${keys.presses} keys, ${keys.letters} for letters, ${keys.clicks} clicks, ${keys.seconds} s\n`,
  );
  if (given.tell) process.stdout.write(`    ${keys.told.join(' ')}\n`);
}

try {
  for (const viewport of SIZES) for (const story of EVERYWHERE) if (story.name.includes(given.only)) await played(story, viewport);
  if (shop) for (const story of REAL) if (story.name.includes(given.only)) await played(story, SIZES[0]);
} finally {
  await browser.close();
  double?.end();
  await shop?.close();
}
