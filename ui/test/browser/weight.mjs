/**
 * What a phone reads before its first list: the entry, the field shell, Today and one language, with all that they import, compressed as a
 * server would. Exits 1 above the limit.
 *
 *   node test/browser/weight.mjs
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { built } from './stage.mjs';

const LIMIT_KB = 150;
const FIRST = [/^index-/, /^FieldShell-/, /^TodayPage-/];
const LANGUAGES = [/^zh-/, /^en-/];

const folder = join(built(), 'assets');
const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
const textOf = (name) => readFileSync(join(folder, name), 'utf8');
const sizeOf = (name) => gzipSync(textOf(name)).length;

/** A script and all that it can't run without; what is imported when it is wanted is not counted. */
function withImports(name, seen) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, imported] of textOf(name).matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+\.js)["'`]/g)) withImports(imported, seen);
  return seen;
}

function named(pattern) {
  const found = scripts.filter((name) => pattern.test(name));
  if (found.length === 0) throw new Error(`the build has no ${pattern}`);
  return found;
}

const larger = LANGUAGES.flatMap(named).sort((a, b) => sizeOf(b) - sizeOf(a))[0];
const first = [...FIRST.flatMap(named), larger].reduce((seen, name) => withImports(name, seen), new Set());
const kilobytes = [...first].reduce((sum, name) => sum + sizeOf(name), 0) / 1000;
const foreign = [...first].filter((name) => /^(el-|DeskShell|OrdersPage|DayCharts|JobPage|SafetyPage|SheetPage)/.test(name));
process.stdout.write(`the phone's first screen: ${kilobytes.toFixed(1)} KB of script in ${first.size} files, at most ${LIMIT_KB}\n`);
if (foreign.length > 0) process.stdout.write(`  among them what it has no use for: ${foreign.join(' ')}\n`);
process.exitCode = kilobytes <= LIMIT_KB && foreign.length === 0 ? 0 : 1;
