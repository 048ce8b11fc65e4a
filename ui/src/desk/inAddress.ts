/**
 * What a page of the desk shows is in its address: a link, a reload, another window and the way back lead to the same view. Day, month,
 * tab and what is opened make a step that Back undoes; a filter, an order of rows and the next row in an open panel change the step that
 * stands. What is typed but not saved is no view: that is a draft (stores/draft.ts).
 */
import { computed, shallowReactive, shallowRef, watch, type WritableComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQuery, type RouteLocationRaw, type Router } from 'vue-router';

type Step = 'push' | 'replace' | 'shut';

/** Changes that the router has not made yet: they count at once, and all of one moment make one step. */
class Way {
  readonly waiting = shallowReactive(new Map<string, string>());
  private step: Step | null = null;
  private path: string | null = null;

  constructor(private readonly router: Router) {}

  go(change: Record<string, string>, step: Step, path?: string): void {
    for (const [name, value] of Object.entries(change)) this.waiting.set(name, value);
    this.path = path ?? this.path;
    if (this.step === null) queueMicrotask(() => void this.take());
    if (this.step !== 'push') this.step = step;
  }

  private async take(): Promise<void> {
    const [step, said] = [this.step, [...this.waiting]];
    const { path, query } = this.router.currentRoute.value;
    const next: LocationQuery = { ...query };
    for (const [name, value] of said)
      if (value === '') delete next[name];
      else next[name] = value;
    const to = { path: this.path ?? path, query: next };
    [this.step, this.path] = [null, null];
    await this.walk(step, to).catch(() => undefined);
    for (const [name, value] of said) if (this.waiting.get(name) === value) this.waiting.delete(name);
  }

  /** What is shut where it was opened goes back to before: no second step stands between here and the page before. */
  private async walk(step: Step | null, to: RouteLocationRaw): Promise<unknown> {
    if (step === 'push') return this.router.push(to);
    const { back } = this.router.options.history.state;
    if (step !== 'shut' || back !== this.router.resolve(to).fullPath) return this.router.replace(to);
    return new Promise<void>((done) => {
      const end = this.router.afterEach(() => {
        end();
        done();
      });
      this.router.back();
    });
  }
}

const ways = new WeakMap<Router, Way>();
const pageOf = (path: string) => path.split('/').slice(1, 3).join('/');

interface Wish<V extends string> {
  /** What counts where the address says nothing; it is not written there. */
  usual?: V;
  /** The values that there are: any other counts as none. */
  of?: readonly V[];
  /** A step that Back undoes. */
  push?: boolean;
}

export function useAddress() {
  const [route, router] = [useRoute(), useRouter()];
  const way = ways.get(router) ?? new Way(router);
  ways.set(router, way);
  const page = pageOf(route.path);
  const query = shallowRef(route.query);
  // A page that is being left shows until its end what it showed.
  watch(
    () => route.query,
    (now) => {
      if (pageOf(route.path) === page) query.value = now;
    },
    { flush: 'sync' },
  );

  function asked(name: string): string {
    const soon = way.waiting.get(name);
    if (soon !== undefined) return soon;
    const found = query.value[name];
    return typeof found === 'string' ? found : '';
  }

  function inAddress<V extends string = string>(name: string, { usual = '' as V, of, push }: Wish<V> = {}): WritableComputedRef<V> {
    return computed({
      get: () => {
        const found = asked(name) as V;
        return found === '' || (of && !of.includes(found)) ? usual : found;
      },
      set: (value) => way.go({ [name]: value === usual ? '' : value }, push ? 'push' : 'replace'),
    });
  }

  /** What is open beside the list or above it; `null` for nothing. */
  function openInAddress(name: string): WritableComputedRef<string | null> {
    return computed({
      get: () => asked(name) || null,
      set: (value) => {
        const before = asked(name);
        if ((value ?? '') === before) return;
        way.go({ [name]: value ?? '' }, before === '' ? 'push' : value === null ? 'shut' : 'replace');
      },
    });
  }

  /** Several at once, and another path of the same page where there is one. */
  const go = (change: Record<string, string>, step: Step = 'replace', path?: string): void => way.go(change, step, path);

  return { asked, go, inAddress, openInAddress };
}

/** A day as an address names it, as the core is asked for it; `null` for today. */
export function momentOfDay(day: string): number | null {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00+08:00`) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** A month as an address names it; empty for the present one. */
export const monthOf = (text: string): string => (/^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : '');
