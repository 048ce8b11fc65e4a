/**
 * The budgets of taps (UX.md): three jobs of the sample day, by hand on a phone, on the real core. Shutters count, digits and letters
 * don't. Needs two devhosts; the phone's is enrolled as a technician, the desk's as the owner, who orders the jobs uncounted.
 *
 *   node test/browser/taps.mjs --desk http://127.0.0.1:PORT --phone http://127.0.0.1:PORT [--language zh|en] [--only NAME] [--tell]
 *
 * Prints one line a job; exits 1 where one takes more taps than it may, or isn't what it should be at its end.
 */
import { core } from './stage.mjs';
import { close, given, ordered, play } from './round.mjs';
import * as bench from './taps/bench.mjs';
import * as install from './taps/install.mjs';
import * as repair from './taps/repair.mjs';

/** In minutes. */
const LATER = 8 * 60;
let over = 0;

/** What the hand has measured before is measured the same way: the methods are remembered. */
async function rememberMethods(job) {
  const view = await core(given.phone, 'job', { job });
  for (const row of [...view.appliances, ...view.loaners].flatMap((unit) => unit.readings))
    if (row.methods[0]) await core(given.phone, 'remember', { key: `method.${row.code}`, value: row.methods[0].code });
}

/** One job, within its budget. */
async function held(each, job) {
  const { taps, told } = await play(each, job);
  process.stdout.write(`taps: ${each.name} ${taps} of ${each.budget}\n`);
  if (given.tell) process.stdout.write(`  ${told.join(', ')}\n`);
  if (taps > each.budget) over += 1;
}

try {
  const known = [install.order, repair.order].map((order) => ({ ...order, appliances: [...order.appliances, ...bench.order.appliances] }));
  for (const order of known) await rememberMethods(await ordered({ ...order, customer: { ...order.customer, name: '老用户' } }, LATER));
  for (const each of [repair, install]) {
    if (!each.name.includes(given.only)) continue;
    await held(each, await ordered(each.order));
  }
  if ('bench'.includes(given.only)) {
    const job = await ordered(bench.order);
    await held(bench.there, job);
    await bench.repair(given.phone, job);
    await held(bench.back, job);
  }
} finally {
  await close();
}
process.exitCode = over > 0 ? 1 : 0;
