/**
 * One small picture of every screen, in 中文 and by day, into docs/screens, with an index; those seen most in the dark and in English too.
 * Clock and story stand still, so a second run changes only what was changed. Exits 1 when a screen has no line in captions.mjs, or when
 * the pictures are larger than they may be.
 *
 *   node test/browser/pictures.mjs [--only WORDS] [--into DIR]
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CAPTIONS, OFTEN_SEEN } from './captions.mjs';
import { screensWith } from './screens.mjs';
import { goThrough, inLight, launch, open, pagesOf, serve, settled, speak, UI } from './stage.mjs';

const { values: given } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    into: { type: 'string', default: resolve(UI, '../docs/screens') },
    'at-once': { type: 'string', default: '2' },
    browser: { type: 'string', default: '/usr/bin/chromium' },
  },
});

/** The sample day, a while after lunch: the moment of test/builders. */
const MOMENT = Date.UTC(2026, 10, 21, 5, 42);
const PHONE = { width: 390, height: 844 };
const COMPUTER = { width: 1280, height: 800 };
const QUALITIES = [50, 35, 25];
const MOST_BYTES = 45_000;
const MOST_BYTES_OF_ALL = 3_500_000;
const VARIANTS = [
  ['', '中文'],
  ['-dark', 'dark'],
  ['-en', 'English'],
];

const nameOf = ({ shell, name }, variant) => `${shell}-${name.replace(/[^\w]+/g, '-')}${variant}.webp`;
const keyOf = ({ shell, name }) => `${shell}: ${name}`;
const often = (screen) => OFTEN_SEEN.includes(keyOf(screen));

async function take(page, screen, variant) {
  await page.evaluate(async () => {
    // A blinking caret is one picture now and another one then.
    document.documentElement.style.caretColor = 'transparent';
    document.querySelectorAll('input, textarea').forEach((each) => (each.style.caretColor = 'transparent'));
    await document.fonts.ready;
    await Promise.all([...document.images].filter((each) => each.checkVisibility()).map((each) => each.decode().catch(() => undefined)));
    const ends = document.getAnimations().filter((each) => each.effect?.getTiming().iterations !== Infinity);
    await Promise.all(ends.map((each) => each.finished.catch(() => undefined)));
  });
  await settled(page);
  const devtools = await page.context().newCDPSession(page);
  let bytes;
  for (const quality of QUALITIES) {
    const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality });
    bytes = Buffer.from(data, 'base64');
    if (bytes.length <= MOST_BYTES) break;
  }
  await devtools.detach();
  writeFileSync(join(given.into, nameOf(screen, variant)), bytes);
  return bytes.length;
}

/** The index: a screen a row. Links, where a picture would be one of many. */
function index(screens) {
  const width = { field: 180, desk: 420 };
  const image = (screen, variant) => `<img src="${nameOf(screen, variant)}" width="${width[screen.shell]}" alt="${screen.name}${variant}">`;
  const rows = (shell) =>
    screens
      .filter((screen) => screen.shell === shell)
      .map((screen) => {
        const more = often(screen) ? VARIANTS.slice(1).map(([variant, said]) => `[${said}](${nameOf(screen, variant)})`) : [];
        return `| **${screen.name}** | ${[CAPTIONS[keyOf(screen)], ...more].join('<br>')} | ${image(screen, '')} |`;
      });
  const table = (shell) => ['| screen | what it is for | |', '|---|---|---|', ...rows(shell)].join('\n');
  return `# The screens

Every screen of both shells over the test double, with the sample day's people. \`npm --prefix ui run pictures\` takes these pictures and
writes this page; \`make\` takes the few of the README from the real app.

## Field, the phone

${table('field')}

## Desk, the shop's computer

${table('desk')}
`;
}

const screens = screensWith(given.only);
const wrong = screens.filter((screen) => !CAPTIONS[keyOf(screen)]).map((screen) => `${keyOf(screen)} has no line in captions.mjs`);
// The stories are told in this process: their clock stands still with the pages'.
Date.now = () => MOMENT;
const { address, end } = await serve();
const browser = await launch(given.browser);
const sizes = new Map();

async function picture(page, screen) {
  await page.clock.setFixedTime(MOMENT);
  await open(page, address, screen);
  const keep = async (variant) => sizes.set(nameOf(screen, variant), await take(page, screen, variant));
  await keep('');
  if (!often(screen)) return;
  await inLight(page, 'dark');
  await keep('-dark');
  await inLight(page, 'light');
  await speak(page, 'en', screen);
  await keep('-en');
}

try {
  const pages = () => pagesOf(browser, PHONE, COMPUTER, { timezoneId: 'Asia/Shanghai', locale: 'zh-CN' });
  await goThrough(screens, Number(given['at-once']), pages, picture);
} finally {
  await browser.close();
  end();
}
if (given.only === '') {
  for (const name of readdirSync(given.into)) if (name.endsWith('.webp') && !sizes.has(name)) rmSync(join(given.into, name));
  writeFileSync(join(given.into, 'README.md'), index(screens));
}
const all = [...sizes.values()].reduce((sum, each) => sum + each, 0);
for (const [name, bytes] of sizes) if (bytes > MOST_BYTES) wrong.push(`${name} has ${bytes} bytes`);
if (all > MOST_BYTES_OF_ALL) wrong.push(`all pictures together have ${all} bytes`);
process.stdout.write(`${sizes.size} pictures of ${screens.length} screens, ${Math.round(all / 1000)} KB\n`);
process.stdout.write(wrong.map((each) => `  ✗ ${each}\n`).join(''));
process.exitCode = wrong.length === 0 ? 0 : 1;
