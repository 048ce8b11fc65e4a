/** Where the hand was: an app that was killed comes back to the same screen, with the drafts that lie there. */
import type { RouteLocationNormalized, Router } from 'vue-router';
import { useDraft } from './stores/draft';

interface Place {
  path: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** Whoever opens the app the next morning wants to see the day. */
const KEPT_FOR = 12 * 3_600_000;
/** Opened by itself, not by a link: read before the router has chosen a page. */
const bare = ['', '#', '#/'].includes(window.location.hash);

/** Leads back, unless a link said where to, and keeps every screen from then on. */
export async function followPlace(router: Router, now = Date.now): Promise<void> {
  const { draft: kept } = useDraft<Place>('place', () => ({ path: '', at: 0 }));
  const { path, at } = kept.value;
  const fresh = path.startsWith('/') && now() - at < KEPT_FOR && now() >= at;
  if (bare && fresh && path !== router.currentRoute.value.fullPath) await router.replace(path);
  const keep = (to: RouteLocationNormalized): void => {
    kept.value = { path: to.fullPath, at: now() };
  };
  keep(router.currentRoute.value);
  router.afterEach((to, _from, failure) => {
    if (!failure) keep(to);
  });
}
