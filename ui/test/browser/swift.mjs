/**
 * How quick the phone's screens answer: the processor slowed four times, every tap of a visit is timed until the screen has
 * answered, and until what was asked for is there; and a list of five hundred jobs is scrolled through, where no row may be missing.
 *
 *   node test/browser/swift.mjs [--limit MS] [--slow N]
 *
 * A tap that takes longer than the limit is slow. Half of the taps may never be; of the others so many as a machine that has other work
 * takes away for a moment. A screen that became slow is slow at most of its taps, so the slack is in their number and not in the figure.
 * A missing row always fails.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { launch, serve, T } from './stage.mjs';

const SLOWED = 4;
const { values: given } = parseArgs({
  options: {
    limit: { type: 'string', default: '100' },
    slow: { type: 'string', default: '3' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
});
const LIMIT_MS = Number(given.limit);
const MOST_SLOW = Number(given.slow);
/** As long as a finger that taps stays on the glass, at least. */
const FINGER_MS = 70;
const AHEAD_MS = 3000;
const JOB = '01KAJ9Z0000000000000000001';

async function phone(browser, address, wishes) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${address}?${new URLSearchParams(wishes)}#/field/today`);
  await page.waitForSelector(T('job-card'));
  // The pages of a job are fetched ahead.
  await page.waitForTimeout(AHEAD_MS);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
  return { page, devtools };
}

/**
 * From the touch until the first frame that shows that it was felt, and from the lifted finger until the first one that shows what was
 * asked for, by the browser's own clock.
 */
async function tap({ page, devtools }, selector) {
  const target = page.locator(selector).first();
  await target.scrollIntoViewIfNeeded();
  await page.evaluate(() => {
    // When the next frame but one begins, this one was painted; timers would wait for the finger.
    const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    globalThis.answered = new Promise((done) => {
      let touched = 0;
      let lifted = 0;
      let felt = null;
      const seen = new MutationObserver(async (changes) => {
        if (touched === 0) return;
        felt ??= painted();
        if (changes.every((change) => change.attributeName === 'data-pressed')) return;
        seen.disconnect();
        const shown = painted();
        done({ felt: Math.round((await felt) - touched), shown: Math.round((await shown) - lifted) });
      });
      addEventListener('pointerdown', (event) => (touched ||= event.timeStamp), { capture: true, once: true });
      addEventListener('pointerup', (event) => (lifted = event.timeStamp), { capture: true, once: true });
      seen.observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
    });
  });
  const { x, y, width, height } = await target.boundingBox();
  const finger = [{ x: x + width / 2, y: y + height / 2 }];
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: finger });
  await page.waitForTimeout(FINGER_MS);
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  return page.evaluate(() => globalThis.answered);
}

const PATH = [
  ['a job is opened', `[data-job="${JOB}"]`, 'section-safety'],
  ['departed', T('next-step'), 'next-step"][data-step="arrive'],
  ['arrived', T('next-step'), 'card-recorded'],
  ['on to the safety check', T('card-next'), 'choice-right'],
  ['a choice', T('choice-right'), 'row-earth_resistance"][class~="open'],
  ['a method', T('method-loop'), 'pad-1'],
  ['a digit', T('pad-1'), 'pad-save'],
  ['a reading', T('pad-save'), 'row-rcd_button"][class~="open'],
  ['back to the job', T('back'), 'section-sheet'],
  ['a service is opened', T('service-explain'), 'answer-done'],
  ['a service is answered', T('answer-done'), 'service-explain"][data-state="done'],
  ['the sheet is opened', T('section-sheet'), 'part-offer-AQ-MF-63'],
  ['a part is used', T('part-offer-AQ-MF-63'), 'part-row'],
];

const median = (figures) => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)];

async function visit(hand) {
  const taken = [];
  for (const [name, selector, then] of PATH) {
    const { felt, shown } = await tap(hand, selector);
    taken.push(felt);
    process.stdout.write(`  ${felt <= LIMIT_MS ? '✓' : '✗'} ${name}: answered after ${felt} ms, there after ${shown} ms\n`);
    await hand.page.waitForSelector(T(then));
  }
  return taken;
}

/** At every step of the way down and up again: is the window full of rows, in order, and did what was on the screen stay where it was? */
async function scroll(page) {
  const steps = await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const header = document.querySelector('header').getBoundingClientRect().bottom;
    const shown = () =>
      [...document.querySelectorAll('[data-row]')]
        .map((row) => ({ place: Number(row.ariaPosInSet), ...row.getBoundingClientRect().toJSON() }))
        .filter((row) => row.bottom > header && row.top < innerHeight);
    const found = [];
    let steps = 0;
    let most = 0;
    const look = () => {
      const rows = shown();
      const gaps = rows.slice(1).some((row, at) => row.place !== rows[at].place + 1 || Math.abs(row.top - rows[at].bottom) > 1);
      const last = rows.at(-1);
      if (rows.length === 0 || gaps || (rows[0].top > header + 40 && scrollY > 100) || (last.bottom < innerHeight - 90 && last.place < 500))
        found.push(`at ${Math.round(scrollY)} px: rows ${rows.map((row) => row.place).join(' ')}`);
      most = Math.max(most, document.querySelectorAll('[data-row]').length);
      steps += 1;
    };
    for (const by of [600, -600]) {
      let before = -1;
      while (scrollY !== before) {
        before = scrollY;
        const marked = shown().at(by > 0 ? -1 : 0);
        scrollBy({ top: by, behavior: 'instant' });
        const gone = scrollY - before;
        await frame();
        const same = shown().find((row) => row.place === marked?.place);
        // A row that is still in sight has moved by as much as was scrolled, whatever was measured above it.
        if (same && gone === by && Math.abs(marked.top - same.top - gone) > 1)
          found.push(`at ${Math.round(scrollY)} px row ${same.place} jumped by ${Math.round(same.top - marked.top + gone)} px`);
        look();
      }
      // Far away at once, where nothing was measured.
      scrollTo({ top: by > 0 ? document.body.scrollHeight / 2 : 0, behavior: 'instant' });
      await frame();
      look();
    }
    return { steps, most, found };
  });
  assert.deepEqual(steps.found, [], 'rows are missing');
  assert.ok(steps.most < 100, `${steps.most} rows were drawn at once`);
  process.stdout.write(`500 jobs scrolled through in ${steps.steps} steps: no row missing, at most ${steps.most} drawn\n`);
}

/** A keyboard walks through the list, past what was drawn at first. */
async function walk(page) {
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator('[data-row] a').first().focus();
  for (let presses = 0; presses < 60; presses += 1) await page.keyboard.press('Tab');
  const place = await page.evaluate(() => Number(document.activeElement.closest('[data-row]')?.ariaPosInSet));
  assert.equal(place, 61, 'the sixtieth Tab reaches the sixty-first row');
  process.stdout.write('  ✓ sixty times Tab reach the sixty-first row\n');
}

const { address, end } = await serve();
const browser = await launch(given.browser);
try {
  const taken = await visit(await phone(browser, address, { role: 'technician' }));
  const [slowest, middle] = [Math.max(...taken), median(taken)];
  const slow = taken.filter((felt) => felt > LIMIT_MS).length;
  const figures = `half within ${middle} ms, slowest ${slowest} ms, ${slow} above ${LIMIT_MS} ms`;
  process.stdout.write(`${taken.length} taps with the processor slowed ${SLOWED} times: ${figures}, at most ${MOST_SLOW}\n`);
  assert.ok(middle <= LIMIT_MS && slow <= MOST_SLOW, `taps are slow: ${figures}`);
  const { page: rush } = await phone(browser, address, { role: 'technician', tale: 'rush' });
  await scroll(rush);
  await walk(rush);
} finally {
  await browser.close();
  end();
}
