/**
 * Seven jobs of the sample day by hand on a phone, on the real core: those that taps.mjs does not count. Each ends with what the core
 * then holds. Needs two devhosts; the phone's is enrolled as a technician, the desk's as the owner.
 *
 *   node test/browser/day.mjs --desk http://127.0.0.1:PORT --phone http://127.0.0.1:PORT [--language zh|en] [--only NAME] [--tell] [--shots FOLDER]
 *
 * Prints one line a job; exits 1 at the first that isn't what it should be.
 */
import { close, given, ordered, play } from './round.mjs';
import * as charge from './day/charge.mjs';
import * as condemned from './day/condemned.mjs';
import * as refused from './day/refused.mjs';
import * as revisit from './day/revisit.mjs';
import * as set from './day/set.mjs';
import * as television from './day/television.mjs';
import * as pump from './day/pump.mjs';

const JOBS = [charge, pump, condemned, refused, television, revisit, set];

/** Whoever asks on the street is not ordered; a revisit is ordered after its first job. */
async function orderedFor({ order }) {
  return order && ordered(typeof order === 'function' ? await order() : order);
}

try {
  for (const each of JOBS) {
    if (!each.name.includes(given.only)) continue;
    const { taps, told } = await play(each, await orderedFor(each));
    process.stdout.write(`day: ${each.name}, ${taps} taps\n`);
    if (given.tell) process.stdout.write(`  ${told.join(', ')}\n`);
  }
} finally {
  await close();
}
