/** One page of a job under test: opened on a story, tapped, typed on, read. */
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect } from 'vitest';
import { openKept } from '@/stores/draft';
import { card } from './builders';
import { openStory, T } from './door';

export const { job } = card();
export type World = ReturnType<typeof openStory>;
let page: VueWrapper | undefined;

/** Each test begins without a page and leaves none. */
export function onePageEach(): void {
  beforeEach(() => {
    Element.prototype.scrollIntoView = () => undefined;
  });
  afterEach(close);
}

export function close(): void {
  page?.unmount();
  document.body.innerHTML = '';
}

/** As the app does at its start: what is in the store, and nothing else, is on the screens. */
export async function open(component: Parameters<typeof mount>[0], world: World = openStory(), path = '/') {
  await openKept();
  await world.router.push(path);
  const opened = mount(component, {
    props: { job },
    global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } },
    attachTo: document.body,
  });
  page = opened;
  await flushPromises();
  return { ...world, page: opened };
}

/** Popups count: they hang below the page, not in it. */
export const seen = (name: string) => document.querySelector<HTMLElement>(T(name));

export async function tap(...names: string[]): Promise<void> {
  for (const name of names) {
    const found = seen(name);
    expect(found, name).not.toBeNull();
    found?.click();
    await flushPromises();
  }
}

export async function type(name: string, value: string): Promise<void> {
  const box = seen(name) as HTMLInputElement;
  box.value = value;
  box.dispatchEvent(new Event('input'));
  await flushPromises();
}

export const facts = (world: Pick<World, 'asked'>) =>
  world.asked.filter((each) => each.command === 'note_fact').map((each) => each.input.fact as Record<string, unknown>);
