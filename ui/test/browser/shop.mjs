/** A shop of its own for the stories: a relay, the owner's desk and a technician's phone, each a program, on data of their own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { built, core } from './stage.mjs';

export const OWNER = '覃建国';
export const TECHNICIAN = '冉小军';
const OUTLET = '柘川县城关网点';
const MEMBERS = [`${TECHNICIAN}:technician`, '田勇:technician', '向波:installer', '小邓:technician', '龙师傅:repairer'];
const WAIT_MS = 30_000;

/** What `found` says as soon as it says anything. */
export async function until(what, found) {
  let why = '';
  for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
    try {
      const answer = await found();
      if (answer) return answer;
    } catch (error) {
      why = `: ${error.message}`;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${what} did not come${why}`);
}

/** A program that says where it listens. */
async function listening(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, DOORSTEP_LOG: 'warn' } });
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), once(child, 'exit').then(() => [''])]);
  const address = line.trim().match(/^listening on (http\S+)$/)?.[1];
  if (!address) throw new Error(`${program} ${args[0]} said ${JSON.stringify(line)}`);
  return { child, address };
}

async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Of the built programs in `programs`. */
export async function openShop(programs) {
  const ui = built();
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-shop-'));
  const data = join(folder, 'relay');
  const backups = join(folder, 'backups');
  const running = [];
  // However this one ends, none of them goes on.
  process.once('exit', () => {
    running.forEach((child) => child.kill('SIGKILL'));
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const relay = (...args) => execFileSync(join(programs, 'doorstep-relay'), [...args, '--data', data], { encoding: 'utf8' });
  const serve = (listen) =>
    listening(join(programs, 'doorstep-relay'), ['serve', '--data', data, '--listen', listen, '--backup-to', backups]);
  const close = async () => {
    await Promise.all(running.map(ended));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    relay('outlet', 'create', '--name', OUTLET, '--owner', OWNER, ...MEMBERS.flatMap((each) => ['--member', each]));
    let served = await serve('127.0.0.1:0');
    running.push(served.child);
    const host = async (member, name, place) => {
      const { link } = JSON.parse(relay('invite', '--member', member, '--relay', served.address, '--json'));
      const args = ['devhost', '--device-name', name, '--data-dir', join(folder, place), '--enrol', link, '--ui', ui];
      const { child, address } = await listening(join(programs, 'doorstep-app'), args);
      running.push(child);
      return address;
    };
    const desk = await host(OWNER, '店里电脑', 'desk');
    const phone = await host(TECHNICIAN, '小军手机', 'phone');
    const plain = { no_network: null, wifi_only: null, photo_position: null };
    await core(desk, 'set_preferences', { language: 'zh', shell: 'desk', ...plain });
    await until('the team', async () => (await core(desk, 'team')).devices.length === 2);
    return {
      desk,
      phone,
      /** Whether a backup lies where the operator wanted it. */
      backedUp: () => existsSync(join(backups, 'relay.db')),
      /** As a power cut would. */
      relayEnds: () => ended(served.child),
      /** At the same address. */
      async relayBegins() {
        served = await serve(new URL(served.address).host);
        running.push(served.child);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
