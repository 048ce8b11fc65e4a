/** The page of a job's fees under test: opened on a story, tapped, typed on, read. */
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect } from 'vitest';
import { useSession } from '@/stores/session';
import { card } from './builders';
import type { openStory } from './door';
import { T } from './door';
import { session } from './outletBuilders';

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

export async function open(component: Parameters<typeof mount>[0], world: World): Promise<World> {
  await world.router.push('/');
  useSession().view = session();
  page = mount(component, {
    props: { job },
    global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } },
    attachTo: document.body,
  });
  await flushPromises();
  return world;
}

export const seen = (name: string) => document.querySelector<HTMLElement>(T(name));
export const words = (name: string) => seen(name)?.textContent?.replace(/\s+/g, ' ') ?? '';
export async function tap(...names: string[]): Promise<void> {
  for (const name of names) {
    const found = seen(name);
    expect(found, name).not.toBeNull();
    found?.click();
    await flushPromises();
  }
}
export const key = (digits: string) => tap(...[...digits].map((each) => (each === '.' ? 'pad-point' : `pad-${each}`)));
export async function type(name: string, value: string): Promise<void> {
  const box = seen(name) as HTMLInputElement;
  box.value = value;
  box.dispatchEvent(new Event('input'));
  await flushPromises();
}
export const facts = (world: World) =>
  world.asked.filter((each) => each.command === 'note_fact').map((each) => each.input.fact as Record<string, unknown>);
export const rowOf = (name: string) =>
  [...document.querySelectorAll<HTMLElement>(T('fee-line'))].find((line) => line.textContent?.includes(name))?.textContent ?? '';
