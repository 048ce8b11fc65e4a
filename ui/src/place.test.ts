import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';

const kept = new Map<string, string>();
vi.mock('@/api/call', () => ({
  CallFailed: class extends Error {},
  call: (command: string, input: { key: string; text: string }) => {
    if (command === 'kept') return Promise.resolve({ drafts: [...kept].map(([key, text]) => ({ key, text })), choices: [] });
    if (command === 'putDraft') kept.set(input.key, input.text);
    return Promise.resolve(null);
  },
}));

const page = { template: '<p />' };
async function opened(hash = ''): Promise<Router> {
  vi.resetModules();
  window.location.hash = hash;
  const { openKept } = await import('./stores/draft');
  const { followPlace } = await import('./place');
  await openKept();
  const routes = ['/field/today', '/field/job/:job/sheet'].map((path) => ({ path, component: page }));
  const router = createRouter({ history: createMemoryHistory(), routes });
  await router.push('/field/today');
  await followPlace(router);
  return router;
}
async function left(router: Router, path: string): Promise<void> {
  await router.push(path);
  const { flush } = await import('./stores/draft');
  await flush();
  await flushPromises();
}

describe('the place of the hand', () => {
  beforeEach(() => {
    kept.clear();
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
    window.location.hash = '';
  });

  it('is there again when the app was killed, and not the next morning', async () => {
    await left(await opened(), '/field/job/7/sheet?field=fault');
    vi.setSystemTime(1_700_000_000_000 + 3 * 3_600_000);
    expect((await opened()).currentRoute.value.fullPath).toBe('/field/job/7/sheet?field=fault');
    vi.setSystemTime(1_700_000_000_000 + 30 * 3_600_000);
    expect((await opened()).currentRoute.value.fullPath).toBe('/field/today');
  });

  it('gives way to a link', async () => {
    await left(await opened(), '/field/job/7/sheet');
    expect((await opened('#/field/today')).currentRoute.value.fullPath).toBe('/field/today');
  });

  it('forgets what says nothing', async () => {
    kept.set('place', '{"path":"https://elsewhere","at":1699999999999}');
    expect((await opened()).currentRoute.value.fullPath).toBe('/field/today');
  });
});
