/**
 * Looks at every screen of both shells in headless Chromium, in both languages, light and dark: axe-core finds nothing, nothing scrolls
 * sideways, and with the text twice as large nothing is cut off, covered or out of reach; the desk on a wide screen as well. One line a screen; exits 1 on any finding.
 *
 *   node test/browser/look.mjs [--only WORDS] [--shots DIR] [--at-once N]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lost, sideways, sizes } from './measures.mjs';
import { screensWith } from './screens.mjs';
import { goThrough, inLight, launch, open, pagesOf, serve, settled, speak } from './stage.mjs';

const { values: given } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    shots: { type: 'string' },
    'at-once': { type: 'string', default: '3' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
});

const PHONE = { width: 360, height: 740 };
const COMPUTER = { width: 1024, height: 768 };
const WIDE_COMPUTER = { width: 1920, height: 1080 };
/** So tall for axe that no bar lies over what is below it: whether it can be scrolled to is judged by `lost`. */
const TALL_PHONE = { ...PHONE, height: 2400 };
const TALL_COMPUTER = { ...COMPUTER, height: 2400 };
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that a change of light can break. */
const OF_LIGHT = ['color-contrast', 'link-in-text-block'];

const breaches = (page, runOnly) =>
  page.evaluate(async (only) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: only, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes
        .slice(0, 4)
        .map(
          (node) => `axe ${id}: ${node.html.slice(0, 140)} ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ''}`,
        ),
    );
  }, runOnly);

async function shot(page, ...name) {
  if (!given.shots) return;
  mkdirSync(given.shots, { recursive: true });
  await page.screenshot({ path: join(given.shots, `${name.join('-').replace(/[^\w]+/g, '_')}.png`) });
}

/** What is wrong with one screen. */
async function look(page, address, screen) {
  const phone = screen.shell === 'field';
  const found = [];
  const note = (where, what) => found.push(...what.map((each) => `${where}: ${each}`));
  const broke = (error) => note('error', [error.message]);
  page.on('pageerror', broke);
  const picture = (...name) => shot(page, screen.shell, screen.name, ...name);
  try {
    await page.setViewportSize(phone ? TALL_PHONE : TALL_COMPUTER);
    await open(page, address, screen);
    await page.addScriptTag({ url: '/axe.js' });
    note('zh', await breaches(page, { type: 'tag', values: TAGS }));
    await picture('zh');
    await inLight(page, 'dark');
    note('zh, dark', await breaches(page, { type: 'rule', values: OF_LIGHT }));
    await picture('zh', 'dark');
    await speak(page, 'en', screen);
    note('en, dark', await breaches(page, { type: 'rule', values: OF_LIGHT }));
    await picture('en', 'dark');
    await inLight(page, 'light');
    note('en', await breaches(page, { type: 'tag', values: TAGS }));
    await picture('en');
    await page.setViewportSize(phone ? PHONE : COMPUTER);
    await settled(page);
    note('en', await page.evaluate(sideways));
    const small = await page.evaluate(sizes);
    await enlarge(page, 2);
    note('en, 200 %', [...stayed(small, await page.evaluate(sizes)), ...(await page.evaluate(lost))]);
    if (phone) note('en, 200 %', await page.evaluate(sideways));
    await picture('en', '200');
    await speak(page, 'zh', screen);
    note('zh, 200 %', await page.evaluate(lost));
    if (phone) note('zh, 200 %', await page.evaluate(sideways));
    await picture('zh', '200');
    await enlarge(page, 1);
    note('zh', await page.evaluate(sideways));
    if (!phone) {
      await page.setViewportSize(WIDE_COMPUTER);
      await settled(page);
      note('zh, wide', [...(await page.evaluate(sideways)), ...(await page.evaluate(lost))]);
      await picture('zh', 'wide');
    }
  } catch (error) {
    await shot(page, 'broken', screen.name);
    note('broken', [error.message.split('\n').slice(0, 3).join(' ')]);
  } finally {
    page.off('pageerror', broke);
  }
  return found;
}

/** The text that many times as large, as the setting makes it. */
async function enlarge(page, times) {
  await page.evaluate((by) => document.documentElement.style.setProperty('--text-size', String(by)), times);
  await settled(page);
}

/** Texts that are there once, and are not twice as large as they were. */
function stayed(before, after) {
  const once = (all) => new Map(all.filter(([key]) => all.filter(([same]) => same === key).length === 1));
  const [small, large] = [once(before), once(after)];
  const found = [...large].filter(([key, size]) => small.has(key) && Math.abs(size - 2 * small.get(key)) > 0.5);
  return found.slice(0, 3).map(([key]) => `the text did not grow: ${key}`);
}

const began = Date.now();
const { address, end } = await serve();
const browser = await launch(given.browser);
const screens = screensWith(given.only);
let findings = 0;

try {
  const pages = () => pagesOf(browser, TALL_PHONE, TALL_COMPUTER);
  await goThrough(screens, Number(given['at-once']), pages, async (page, screen) => {
    const found = await look(page, address, screen);
    findings += found.length;
    process.stdout.write(
      `  ${found.length === 0 ? '✓' : '✗'} ${screen.shell}: ${screen.name}\n${found.map((each) => `      ${each}\n`).join('')}`,
    );
  });
} finally {
  await browser.close();
  end();
}
process.stdout.write(
  `${screens.length} screens in two languages, light and dark: ${findings} findings, ${Math.round((Date.now() - began) / 1000)} s\n`,
);
process.exitCode = findings === 0 ? 0 : 1;
