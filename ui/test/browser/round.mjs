/** A technician's round: the desk orders jobs, and a hand plays them on a phone of one language and size, on the real core. */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { core, launch } from './stage.mjs';
import { Hand } from './taps/hand.mjs';

export const { values: given } = parseArgs({
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

export const close = () => browser.close();

/** What `found` says of a host as soon as it says anything. */
export async function until(what, found) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
    const answer = await found().catch(() => null);
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what} did not come`);
}

/** An order that the desk takes for the phone's member and whoever goes along, once it is on the phone. */
export async function ordered({ crew = [], ...wanted }, later = 0) {
  const [{ member }, { members }, now] = [await core(given.phone, 'session'), await core(given.desk, 'team'), Date.now()];
  const details = { source: 'call', segment: null, revisit_of: null, contract: '', subsidised: false, acceptance: false, project: false };
  const taken = await core(given.desk, 'take_order', {
    urgency: 'normal',
    far: false,
    window: { from: now + later * MINUTE, to: now + (later + 60) * MINUTE },
    maker_order: '',
    note: '',
    assignees: [member.id, ...crew.map((name) => members.find((one) => one.name === name).id)],
    ...wanted,
    details: { ...details, difficulty: null, at_height: false, wished: null, km: null, ...wanted.details },
  });
  const { job } = taken.card;
  await until(`the job of ${wanted.customer.name}`, () => core(given.phone, 'job', { job }));
  return job;
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

/** One job from the day's list to its end; how many taps it took. */
export async function play({ name, play: by, check }, job) {
  const page = await phone();
  const hand = new Hand(page, given.phone, given.shots && `${given.shots}/${given.language} ${name}`);
  try {
    const played = (await by(hand, job)) ?? job;
    await check(hand, played);
  } catch (error) {
    await hand.look('failed');
    process.stderr.write(`${name} after ${hand.taps} taps: ${hand.told.join(', ')}\n`);
    throw error;
  } finally {
    await page.context().close();
  }
  return hand;
}
