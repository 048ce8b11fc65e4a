/**
 * The one file that knows where the page runs: in the app's window (Tauri's IPC) or in a browser in front of a devhost.
 *
 * In a browser a stand-in for Tauri's internals is installed, so that the generated commands and events work unchanged:
 * a command is `POST /ipc/<name>`, events arrive on one `EventSource('/events')`. It must be installed before the first call.
 */
import { convertFileSrc, invoke, isTauri } from '@tauri-apps/api/core';

type Listener = (message: unknown) => void;

interface EventMessage {
  event: string;
  payload: unknown;
}

const callbacks = new Map<number, Listener>();
const listeners = new Map<string, Map<number, number>>();
const reconnected = new Set<() => void>();
let lastId = 0;
let source: EventSource | null = null;

function openEvents(): void {
  if (source) return;
  source = new EventSource('/events');
  let broken = false;
  source.onerror = () => {
    broken = true;
  };
  source.onopen = () => {
    // What was said while the line was down is not repeated, so the screens fetch anew.
    if (broken) reconnected.forEach((tell) => tell());
    broken = false;
  };
  source.onmessage = (message: MessageEvent<string>) => {
    const { event, payload } = JSON.parse(message.data) as EventMessage;
    listeners.get(event)?.forEach((callback, id) => callbacks.get(callback)?.({ event, id, payload }));
  };
}

function listen(args: { event: string; handler: number }): number {
  openEvents();
  const id = ++lastId;
  const ofEvent = listeners.get(args.event) ?? new Map<number, number>();
  ofEvent.set(id, args.handler);
  listeners.set(args.event, ofEvent);
  return id;
}

function forget(event: string, id: number): void {
  const callback = listeners.get(event)?.get(id);
  listeners.get(event)?.delete(id);
  if (callback !== undefined) callbacks.delete(callback);
}

async function post(command: string, args: unknown): Promise<unknown> {
  const response = await fetch(`/ipc/${encodeURIComponent(command)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(args ?? {}),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw answer;
  return answer;
}

function installLoopback(): void {
  const internals = {
    metadata: { currentWindow: { label: 'main' }, currentWebview: { windowLabel: 'main', label: 'main' } },
    invoke: (command: string, args: never): Promise<unknown> => {
      if (command === 'plugin:event|listen') return Promise.resolve(listen(args));
      if (command === 'plugin:event|unlisten') return Promise.resolve(null);
      return post(command, args);
    },
    transformCallback: (callback: Listener) => {
      callbacks.set(++lastId, callback);
      return lastId;
    },
    unregisterCallback: (id: number) => callbacks.delete(id),
    convertFileSrc: (path: string, protocol: string) => `/${protocol}/${encodeURIComponent(path)}`,
  };
  Object.assign(window, {
    __TAURI_INTERNALS__: internals,
    __TAURI_EVENT_PLUGIN_INTERNALS__: { unregisterListener: forget },
  });
}

/** True in the app's own window. */
export const inWindow = isTauri();

export function openDoor(): void {
  if (!inWindow) installLoopback();
}

/** Runs `tell` whenever events may have been missed. */
export function onReconnect(tell: () => void): () => void {
  reconnected.add(tell);
  return () => reconnected.delete(tell);
}

/** Where an `<img>` finds the bytes of a picture that is on this device. */
export function photoUrl(hash: string): string {
  return inWindow ? convertFileSrc(hash, 'photo') : `/photo/${hash}`;
}

/** The system has no app for this link. */
export class NobodyOpens extends Error {}

/** Hands a link to the system: a call, a message, a map. A browser does that by itself, and never says what came of it. */
export async function openOutside(uri: string): Promise<void> {
  if (inWindow) {
    await invoke('plugin:opener|open_url', { url: uri }).catch((cause: unknown) => {
      throw new NobodyOpens(uri, { cause });
    });
    return;
  }
  const link = document.createElement('a');
  link.href = uri;
  link.rel = 'noreferrer';
  link.click();
}

/** Gives a file's bytes to the browser to save. In the app's own window the core has written the file already. */
export function saveFile(name: string, mime: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: mime }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // A browser that has yet to begin still needs it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * Tells a person who looks elsewhere, by the system's own means. Whoever looks at the app is asked first, at the first news, if the
 * system wants that; a no is kept by the system.
 */
export async function tellSystem(body: string): Promise<void> {
  if (!inWindow) return;
  const granted = await invoke<boolean | null>('plugin:notification|is_permission_granted');
  if (granted === null && !document.hidden) await invoke('plugin:notification|request_permission');
  if (granted && document.hidden) await invoke('plugin:notification|notify', { options: { title: document.title, body } });
}
