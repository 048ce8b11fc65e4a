/**
 * The owner's day at the desk by hand, at 1280×800 and 1920×1080: an order by keyboard, the board by keyboard, the evening within UX.md's
 * budget, a table of orders. On the test double, or with --desk on a devhost that is enrolled as the owner; the evening there needs a day
 * on which sheets wait.
 *
 *   node test/browser/desk.mjs [--desk http://127.0.0.1:PORT] [--only WORDS] [--tell] [--shots DIR]
 *
 * Prints one line a story and size, with the keys and clicks that it took; exits 1 at the first that isn't what it should be.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as board from './desk/board.mjs';
import * as evening from './desk/evening.mjs';
import { Keys } from './desk/keys.mjs';
import * as order from './desk/order.mjs';
import * as table from './desk/table.mjs';
import { core, launch, serve, T, WAIT_MS } from './stage.mjs';

const { values: given } = parseArgs({
  options: {
    desk: { type: 'string' },
    /** Of no use here: whoever opens a shop has both. */
    phone: { type: 'string' },
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
const double = given.desk ? null : await serve();
const address = given.desk ?? double.address;
if (given.desk) {
  const plain = { no_network: null, wifi_only: null, photo_position: null };
  await core(address, 'set_preferences', { language: 'zh', shell: 'desk', ...plain });
}
const browser = await launch(given.browser);

async function played(story, viewport) {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const broken = [];
  page.on('pageerror', (error) => broken.push(error.message));
  const size = `${viewport.width}×${viewport.height}`;
  const keys = new Keys(page);
  const look = async (what) => {
    if (!given.shots) return;
    mkdirSync(given.shots, { recursive: true });
    await page.screenshot({ path: join(given.shots, `${story.name} ${viewport.width} ${what}.png`.replaceAll(' ', '-')) });
  };
  try {
    // A story of its own for each, on the double.
    const wishes = new URLSearchParams({ role: 'owner', language: 'zh', tale: story.tale ?? '', screen: `${story.name} ${size}` });
    await page.goto(double ? `${address}?${wishes}#${story.path}` : new URL(`/#${story.path}`, address).href);
    await page.waitForSelector(T(story.ready));
    const mark = Date.now() % 1_000_000;
    await story.play(keys, page, { mark, customer: `王芳${mark % 1000}`, phone: `137${String(mark).padStart(8, '0')}` });
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
  for (const viewport of SIZES)
    for (const story of [order, board, evening, table]) if (story.name.includes(given.only)) await played(story, viewport);
} finally {
  await browser.close();
  double?.end();
}
