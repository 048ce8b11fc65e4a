/** The built screens over the test double, on a port of their own, and a headless browser to look at them. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { runnerImport } from 'vite';

export const UI = resolve(import.meta.dirname, '../..');
const AXE = join(UI, 'node_modules/axe-core/axe.min.js');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
/** A camera that shows a moving test picture, and a person who lets the page have it. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const KINDS = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const newest = (path) =>
  statSync(path).isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : statSync(path).mtimeMs;

/** The folder of the production build, made anew when a source is younger. */
export function built() {
  const sources = ['src', 'public', 'index.html', 'package.json', 'vite.config.ts', '../schemas/ts'];
  const made = statSync(join(UI, 'dist/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Math.max(...sources.map((name) => newest(join(UI, name)))) > made)
    execFileSync('npx', ['vite', 'build', '--logLevel', 'warn'], { cwd: UI, stdio: 'inherit' });
  return join(UI, 'dist');
}

/** Its address, and how to end it. */
export async function serve() {
  const folder = built();
  const { module: double } = await runnerImport(join(UI, 'test/double/serve.ts'), { root: UI, configFile: false, logLevel: 'error' });
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    if (/^\/(ipc|events|photo)\b/.test(path)) return void double.serve(request, response);
    const name = path === '/' ? '/index.html' : path;
    try {
      const body = readFileSync(path === '/axe.js' ? AXE : join(folder, name));
      response.writeHead(200, { 'content-type': KINDS[extname(name)] ?? 'application/octet-stream', 'cache-control': 'max-age=3600' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `http://127.0.0.1:${server.address().port}/`, end };
}

export const launch = (executablePath) =>
  chromium.launch({ executablePath, args: [...FLAGS, ...CAMERA, '--disable-sync', '--disable-quic'] });

export const T = (name) => `[data-test="${name}"]`;

/** What is awaited of a screen, at most. */
export const WAIT_MS = 20_000;

export const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

export async function inLight(page, colorScheme) {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await settled(page);
}

/** The screen as it is come to, in 中文 and by day. Each has a story of its own. */
export async function open(page, address, screen) {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const wishes = new URLSearchParams({ role: screen.role ?? 'technician', tale: screen.tale ?? '', language: 'zh', screen: screen.name });
  await page.goto(`${address}?${wishes}#${screen.path}`);
  // What stands there while the app opens has no main part yet, and looks like any page that has nothing to show.
  await page.waitForSelector('main');
  await page.waitForSelector(T(screen.ready));
  if (screen.tongue) await speak(page, 'zh', screen);
  await screen.act?.(page);
  await settled(page);
}

/**
 * The language is changed as another window of the same device would: what is open stays open. A screen from before the data is open has
 * a button for it.
 */
export async function speak(page, language, screen = {}) {
  if (screen.tongue) {
    const spoken = await page.evaluate(() => document.documentElement.lang);
    if (!spoken.startsWith(language)) await page.click(T(screen.tongue));
    await page.waitForFunction((wanted) => document.documentElement.lang.startsWith(wanted), language);
    await settled(page);
    return;
  }
  await page.evaluate((wanted) => {
    const input = { language: wanted, shell: null, no_network: null, wifi_only: null, photo_position: null };
    return fetch('/ipc/set_preferences', { method: 'POST', body: JSON.stringify({ input }) });
  }, language);
  await page.waitForFunction((wanted) => document.documentElement.lang.startsWith(wanted), language);
  await settled(page);
}

/** One page for each shell, kept from screen to screen: what it has fetched and compiled is not fetched and compiled again. */
export async function pagesOf(browser, phone, computer, wishes = {}) {
  const pageOf = async (viewport, hasTouch) => {
    const context = await browser.newContext({ viewport, hasTouch, reducedMotion: 'reduce', ...wishes });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    return page;
  };
  return { field: await pageOf(phone, true), desk: await pageOf(computer, false) };
}

/** Takes the screens from one list, several at once. */
export async function goThrough(screens, atOnce, pages, deed) {
  const waiting = [...screens];
  const work = async () => {
    const own = await pages();
    for (let screen = waiting.shift(); screen; screen = waiting.shift()) await deed(own[screen.shell], screen);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** A command of a devhost's core, as a screen would ask it. */
export async function core(address, command, input) {
  const response = await fetch(new URL(`/ipc/${command}`, address), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input === undefined ? {} : { input }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${command}: ${JSON.stringify(answer)}`);
  return answer;
}

/** A picture as a camera would hand it over; no two are the same. */
let shots = 0;
export async function picture(page, width = 1600) {
  shots += 1;
  const drawn = ([shot, across]) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: across, height: across * 0.75 });
    const brush = canvas.getContext('2d');
    for (let x = 0; x < across; x += 40) {
      brush.fillStyle = `hsl(${(x + shot * 7) % 360} 45% 55%)`;
      brush.fillRect(x, 0, 40, across);
    }
    return canvas.toDataURL('image/jpeg', 0.85);
  };
  const url = await page.evaluate(drawn, [shots, width]);
  return { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64') };
}
