/**
 * Text that is typed but not saved yet, and small choices that are offered again. Screens read and write them at once, in memory; the
 * core's encrypted store has them a moment later, so a crash or a killed app loses none of it.
 */
import { effectScope, ref, watch, type Ref } from 'vue';
import { call } from '@/api/call';
import type * as LongDraft from './longDraft';
import { useNotices } from './notices';

/** A text is on the disk at most this long after its last key. */
const PACE = 120;

const drafts = new Map<string, string>();
const choices = new Map<string, string>();
/** Drafts that the core has not been told of. */
const due = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let writing: Promise<void> = Promise.resolve();

/** What can't be too long for the core, in whatever letters. */
const SHORT = 20_000;
/** How longer drafts are kept: fetched with the first one, which a phone never has. */
let long: typeof LongDraft | null = null;
const longDrafts = async () => (long ??= await import('./longDraft'));

/** Drafts of this place hold others' personal data (a file on its way in): whoever left one lying finds it for so long. */
const PASSING = 'file/';
const PASSES_MS = 7 * 24 * 60 * 60 * 1000;

/** What was kept before; called once, before the first screen. */
export async function openKept(): Promise<void> {
  const kept = await call('kept');
  drafts.clear();
  choices.clear();
  const cut = kept.drafts.some(({ key, text }) => text.startsWith('~') || key.includes('~'));
  const { drafts: found, torn } = cut || long ? (await longDrafts()).whole(kept.drafts) : { drafts: kept.drafts, torn: [] };
  found.forEach(({ key, text }) => drafts.set(key, text));
  const past = kept.drafts.filter(({ key, at }) => key.startsWith(PASSING) && Date.now() - at > PASSES_MS && drafts.has(key));
  [...past.map(({ key }) => key), ...torn].forEach((key) => put(key, null));
  kept.choices.forEach(({ key, value }) => choices.set(key, value));
  addEventListener('pagehide', flush);
  document.addEventListener('visibilitychange', flush);
}

const send = (key: string, text: string) => call('putDraft', { key, text });
const handOver = async (key: string, text: string) =>
  long || text.length > SHORT ? (await longDrafts()).handOver(key, text, send) : send(key, text);

/** Hands everything over that is due, one after another: a later text never arrives before an earlier one. */
export function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const keys = [...due];
  due.clear();
  writing = writing.then(async () => {
    for (const key of keys) {
      try {
        await handOver(key, drafts.get(key) ?? '');
      } catch (error) {
        // It stays in memory and is handed over again with the next key.
        useNotices().failed(error);
      }
    }
  });
  return writing;
}

function put(key: string, text: string | null): void {
  if (text === null) drafts.delete(key);
  else drafts.set(key, text);
  due.add(key);
  timer ??= setTimeout(() => void flush(), PACE);
}

function read<T>(key: string, empty: T): T {
  const text = drafts.get(key);
  if (text === undefined) return empty;
  try {
    const found: unknown = JSON.parse(text);
    return typeof empty === 'object' && empty !== null ? { ...empty, ...(found as T) } : (found as T);
  } catch {
    // A draft that can't be read is no reason to refuse the form.
    return empty;
  }
}

/** The key of a job's draft: it goes when the job goes from this device. */
export const ofJob = (job: string, ...parts: string[]) => ['job', job, ...parts].join('/');

export function useDraft<T>(key: string, empty: () => T): { draft: Ref<T>; discard: () => void } {
  const draft = ref(read(key, empty())) as Ref<T>;
  let discarding = false;
  // What an undo brings back is kept, too, when its form has been left meanwhile.
  effectScope(true).run(() =>
    watch(
      draft,
      (value) => {
        if (!discarding) put(key, JSON.stringify(value));
      },
      { deep: true, flush: 'sync' },
    ),
  );
  function discard(): void {
    discarding = true;
    draft.value = empty();
    if (drafts.has(key)) put(key, null);
    discarding = false;
  }
  return { draft, discard };
}

/** Small choices that are offered again next time, such as the method last used. */
export function remembered(key: string): string {
  return choices.get(key) ?? '';
}

export function remember(key: string, value: string): void {
  if (value === '' || choices.get(key) === value) return;
  choices.set(key, value);
  call('remember', { key, value }).catch((error: unknown) => useNotices().failed(error));
}
