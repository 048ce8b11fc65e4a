/**
 * The budgets of taps (UX.md): three jobs of the sample day, by hand on a phone, on the real core. Shutters count, digits and letters
 * don't. Needs two devhosts; the phone's is enrolled as a technician, the desk's as the owner, who orders the jobs uncounted.
 *
 *   node test/browser/taps.mjs --desk http://127.0.0.1:PORT --phone http://127.0.0.1:PORT [--language zh|en] [--only NAME] [--tell]
 *
 * Prints one line a job; exits 1 where one takes more taps than it may, or isn't what it should be at its end.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { core, launch } from './stage.mjs';
import * as bench from './taps/bench.mjs';
import { Hand } from './taps/hand.mjs';
import * as install from './taps/install.mjs';
import * as repair from './taps/repair.mjs';

const { values: given } = parseArgs({
  options: {
    desk: { type: 'string' },
    phone: { type: 'string' },
    language: { type: 'string', default: 'zh' },
    only: { type: 'string', default: '' },
    tell: { type: 'boolean' },
    shots: { type: 'string' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
});
assert.ok(given.desk && given.phone, 'both --desk and --phone are needed');

const SIZES = { zh: { width: 360, height: 740 }, en: { width: 390, height: 844 } };
const WAIT_MS = 30_000;
const MINUTE = 60_000;
const browser = await launch(given.browser);
let over = 0;

/** What the hand has measured before is measured the same way: the methods are remembered. */
async function rememberMethods(job) {
  const view = await core(given.phone, 'job', { job });
  for (const row of [...view.appliances, ...view.loaners].flatMap((unit) => unit.readings))
    if (row.methods[0]) await core(given.phone, 'remember', { key: `method.${row.code}`, value: row.methods[0].code });
}

async function ordered(wanted, later = 0) {
  const [{ member }, now] = [await core(given.phone, 'session'), Date.now()];
  const details = { source: 'call', segment: null, revisit_of: null, contract: '', subsidised: false, acceptance: false, project: false };
  const taken = await core(given.desk, 'take_order', {
    urgency: 'normal',
    far: false,
    window: { from: now + later * MINUTE, to: now + (later + 60) * MINUTE },
    maker_order: '',
    note: '',
    assignees: [member.id],
    ...wanted,
    details: { ...details, difficulty: null, at_height: false, wished: null, km: null, ...wanted.details },
  });
  const { job } = taken.card;
  for (const until = Date.now() + WAIT_MS; Date.now() < until;) {
    const held = await core(given.phone, 'job', { job }).catch(() => null);
    if (held) return job;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${wanted.customer.name}: the job did not come to the phone`);
}

async function phone() {
  await core(given.phone, 'set_preferences', {
    language: given.language,
    shell: 'field',
    no_network: null,
    wifi_only: null,
    photo_position: null,
  });
  const context = await browser.newContext({ viewport: SIZES[given.language], hasTouch: true, isMobile: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(new URL('/#/field/today', given.phone).href);
  return page;
}

/** One job from the day's list to its end. */
async function play({ name, budget, play: by, check }, job) {
  const page = await phone();
  const hand = new Hand(page, given.phone);
  try {
    await by(hand, job);
    await check(hand, job);
  } catch (error) {
    if (given.shots) await page.screenshot({ path: `${given.shots}/${name.replaceAll(' ', '-')}.png` });
    process.stderr.write(`${name} after ${hand.taps} taps: ${hand.told.join(', ')}\n`);
    throw error;
  } finally {
    await page.context().close();
  }
  process.stdout.write(`taps: ${name} ${hand.taps} of ${budget}\n`);
  if (given.tell) process.stdout.write(`  ${hand.told.join(', ')}\n`);
  if (hand.taps > budget) over += 1;
}

try {
  const known = [install.order, repair.order].map((order) => ({ ...order, appliances: [...order.appliances, ...bench.order.appliances] }));
  for (const order of known) await rememberMethods(await ordered({ ...order, customer: { ...order.customer, name: '老用户' } }, 8 * 60));
  for (const each of [repair, install]) {
    if (!each.name.includes(given.only)) continue;
    await play(each, await ordered(each.order));
  }
  if ('bench'.includes(given.only)) {
    const job = await ordered(bench.order);
    await play(bench.there, job);
    await bench.repair(given.phone, job);
    await play(bench.back, job);
  }
} finally {
  await browser.close();
}
process.exitCode = over > 0 ? 1 : 0;
