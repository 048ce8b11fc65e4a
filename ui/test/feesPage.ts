/** The page of a job's fees under test. */
import type { mount } from '@vue/test-utils';
import { useSession } from '@/stores/session';
import { T } from './door';
import { session } from './outletBuilders';
import { open as openPage, seen, tap, type World } from './page';

export * from './page';

/** With a price book, and whoever may set prices. */
export async function open(component: Parameters<typeof mount>[0], world: World): Promise<World> {
  useSession().view = session();
  return openPage(component, world);
}

export const words = (name: string) => seen(name)?.textContent?.replace(/\s+/g, ' ') ?? '';
export const key = (digits: string) => tap(...[...digits].map((each) => (each === '.' ? 'pad-point' : `pad-${each}`)));
export const rowOf = (name: string) =>
  [...document.querySelectorAll<HTMLElement>(T('fee-line'))].find((line) => line.textContent?.includes(name))?.textContent ?? '';
