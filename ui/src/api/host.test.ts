import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, CallFailed } from './call';
import { openDoor, photoUrl } from './host';
import { onCoreEvent } from './live';

class Line {
  static last: Line;
  onmessage: ((message: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  onopen: (() => void) | null = null;
  constructor(readonly url: string) {
    Line.last = this;
  }
}

const asked: { url: string; body: unknown }[] = [];
let answer: { ok: boolean; body: unknown } = { ok: true, body: null };

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal('EventSource', Line);
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push({ url, body: JSON.parse(String(init.body)) });
    return { ok: answer.ok, json: async () => answer.body };
  });
  openDoor();
});
afterEach(() => vi.unstubAllGlobals());

describe('the door in a browser', () => {
  it('posts a command to the devhost and gives its answer', async () => {
    answer = { ok: true, body: { jobs: [{ job: 'J1' }], next: null } };
    expect(await call('orders', { at: null, after: null })).toEqual(answer.body);
    expect(asked).toEqual([{ url: '/ipc/orders', body: { input: { at: null, after: null } } }]);
  });

  it('keeps the core’s reason when it says no', async () => {
    answer = { ok: false, body: { code: 'card_too_short', params: { ms: '900' }, detail: 'shown 900 ms' } };
    const failed = await call('showCard', { job: 'J1', shown_ms: 900 }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CallFailed);
    expect((failed as CallFailed).failure).toEqual(answer.body);
  });

  it('tells an unreachable core as a failure with its cause', async () => {
    const cause = new TypeError('refused');
    vi.stubGlobal('fetch', () => Promise.reject(cause));
    const failed = await call('today').catch((error: unknown) => error);
    expect((failed as CallFailed).failure.code).toBe('internal');
    expect((failed as CallFailed).cause).toBe(cause);
  });

  it('hands on what the core tells, and asks for everything after a broken line', async () => {
    const told = vi.fn();
    const missed = vi.fn();
    const stop = await onCoreEvent(told, missed);
    Line.last.onmessage?.({ data: JSON.stringify({ event: 'core-message', payload: { kind: 'team_changed' } }) });
    Line.last.onmessage?.({ data: JSON.stringify({ event: 'another', payload: {} }) });
    expect(told.mock.calls).toEqual([[{ kind: 'team_changed' }]]);
    Line.last.onopen?.();
    expect(missed).not.toHaveBeenCalled();
    Line.last.onerror?.();
    Line.last.onopen?.();
    expect(missed).toHaveBeenCalledOnce();
    stop();
    Line.last.onmessage?.({ data: JSON.stringify({ event: 'core-message', payload: { kind: 'team_changed' } }) });
    expect(told).toHaveBeenCalledOnce();
  });

  it('finds photos at the devhost', () => {
    expect(photoUrl('ab12')).toBe('/photo/ab12');
  });
});
