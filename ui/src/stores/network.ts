/** Tells the core what only the page's system hears of the network. */
import { call } from '@/api/call';

/** Looking away for less is no reason to ask the relay. */
export const AWAY_MS = 60_000;

/** What some web views know of the line. */
interface Connection extends EventTarget {
  type?: string;
  saveData?: boolean;
}

const connection = (): Connection | undefined => (navigator as { connection?: Connection }).connection;

/** Whether bytes cost money here; null where the system doesn't say. */
export function metered(): boolean | null {
  const line = connection();
  if (line?.saveData) return true;
  if (!line?.type || line.type === 'unknown') return null;
  return line.type === 'cellular' || line.type === 'wimax' || line.type === 'bluetooth';
}

// It is a hint: without it the core finds out by itself, a little later.
const tell = (back: boolean) => void call('tellNetwork', { back, metered: metered() }).catch(() => undefined);

let left: number | null = null;
let followed = false;

function seen(): void {
  if (document.visibilityState === 'hidden') {
    left = Date.now();
  } else if (left !== null) {
    if (Date.now() - left >= AWAY_MS) tell(true);
    left = null;
  }
}

export function followNetwork(): void {
  if (followed) return;
  followed = true;
  addEventListener('online', () => tell(true));
  connection()?.addEventListener('change', () => tell(true));
  document.addEventListener('visibilitychange', seen);
  if (metered() !== null) tell(false);
}
