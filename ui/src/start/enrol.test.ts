import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import App from '@/App.vue';

import SyncBadge from '@/components/SyncBadge.vue';
import { openKept } from '@/stores/draft';
import { useSession } from '@/stores/session';
import { useSync } from '@/stores/sync';
import SyncPage from '@/field/SyncPage.vue';
import type { CodeView } from '@schemas';
import { openStory, T } from '../../test/door';
import EnrolPage from './EnrolPage.vue';
import SampleBar from './SampleBar.vue';

const code = (text: string, meant: CodeView['meant']): CodeView => ({ text, meant, kind: 'qr' });
const LINK = 'doorstep:enrol?relay=https%3A%2F%2Fshop.example&code=ABCD2345&key=00';
let page: VueWrapper | undefined;
let reload: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  reload = vi.spyOn(location, 'reload').mockImplementation(() => undefined);
});
afterEach(() => {
  page?.unmount();
  vi.restoreAllMocks();
});

async function open(component: Parameters<typeof mount>[0] = EnrolPage, role = 'new') {
  const world = openStory(role);
  await world.router.push('/enrol');
  await openKept();
  await useSession().load();
  page = mount(component, { global: { plugins: world.plugins }, attachTo: document.body });
  await flushPromises();
  world.asked.length = 0;
  return { ...world, page };
}

const enrolled = (asked: { command: string; input: unknown }[]) =>
  asked.filter(({ command }) => command === 'enrol').map(({ input }) => input);

async function go(shown: VueWrapper): Promise<void> {
  await shown.get('form').trigger('submit');
  await flushPromises();
}

async function shoot(shown: VueWrapper): Promise<void> {
  const input = shown.get<HTMLInputElement>(T('shoot-enrol'));
  Object.defineProperty(input.element, 'files', { value: [new File(['x'], 'x.jpg', { type: 'image/jpeg' })] });
  await input.trigger('change');
  await flushPromises();
  await vi.waitFor(() => expect(shown.get<HTMLInputElement>(T('shoot-enrol')).element.disabled).toBe(false));
  await flushPromises();
}

const disabled = (shown: VueWrapper, name: string) => shown.get<HTMLButtonElement>(T(name)).element.disabled;

describe('the first start, by link', () => {
  it('needs a link and a name, and joins with both', async () => {
    const { asked, page: shown } = await open();
    expect(disabled(shown, 'enrol-go')).toBe(true);
    await shown.get(T('enrol-link')).setValue(`  ${LINK} `);
    expect(disabled(shown, 'enrol-go')).toBe(true);
    await shown.get(T('enrol-name')).setValue('小军手机');
    expect(disabled(shown, 'enrol-go')).toBe(false);
    await go(shown);
    expect(enrolled(asked)).toEqual([{ relay: LINK, code: '', device_name: '小军手机' }]);
    expect(useSession().enrolled).toBe(true);
  });

  it('says in words that a link is none, keeps what was typed, and lets it be put right', async () => {
    const { asked, page: shown } = await open();
    await shown.get(T('enrol-link')).setValue('https://example.invalid');
    await shown.get(T('enrol-name')).setValue('小军手机');
    await go(shown);
    expect(shown.get(T('enrol-error')).text()).toContain('链接');
    expect(useSession().enrolled).toBe(false);
    expect(shown.get<HTMLInputElement>(T('enrol-link')).element.value).toBe('https://example.invalid');
    await shown.get(T('enrol-link')).setValue(LINK);
    await go(shown);
    expect(enrolled(asked)).toHaveLength(2);
    expect(useSession().enrolled).toBe(true);
  });
});

describe('the first start, by a photo of the QR code', () => {
  it('fills the link in and leaves it to the person to go on', async () => {
    const { story, asked, page: shown } = await open();
    story.codes = [code('KFR-35', 'serial'), code(LINK, 'enrolment')];
    await shoot(shown);
    expect(shown.get<HTMLInputElement>(T('enrol-link')).element.value).toBe(LINK);
    expect(shown.find(T('enrol-unread')).exists()).toBe(false);
    expect(enrolled(asked)).toEqual([]);
  });

  it('says that a picture holds no invitation, and touches nothing', async () => {
    const { story, page: shown } = await open();
    story.codes = [code('https://elsewhere.example', 'other')];
    await shown.get(T('enrol-link')).setValue(LINK);
    await shoot(shown);
    expect(shown.get(T('enrol-unread')).text()).toContain('没读出');
    expect(shown.get<HTMLInputElement>(T('enrol-link')).element.value).toBe(LINK);
  });
});

describe('the first start, by code', () => {
  it('needs address, code and name, and joins with them', async () => {
    const { asked, page: shown } = await open();
    await shown.get(T('enrol-by-code')).trigger('click');
    await shown.get(T('enrol-relay')).setValue('https://shop.example ');
    await shown.get(T('enrol-name')).setValue('小军手机');
    expect(disabled(shown, 'enrol-go')).toBe(true);
    await shown.get(T('enrol-code')).setValue(' ABCD2345');
    await go(shown);
    expect(enrolled(asked)).toEqual([{ relay: 'https://shop.example', code: 'ABCD2345', device_name: '小军手机' }]);
  });

  it('says that a code is wrong, and tells a link in the address from an address', async () => {
    const { page: shown } = await open();
    await shown.get(T('enrol-by-code')).trigger('click');
    await shown.get(T('enrol-relay')).setValue('https://shop.example');
    await shown.get(T('enrol-code')).setValue('ABC');
    await shown.get(T('enrol-name')).setValue('小军手机');
    await go(shown);
    expect(shown.get(T('enrol-error')).text()).toContain('码');
    await shown.get(T('enrol-relay')).setValue(LINK);
    await flushPromises();
    expect(shown.get(T('enrol-by-link')).attributes('aria-selected')).toBe('true');
    expect(shown.get<HTMLInputElement>(T('enrol-link')).element.value).toBe(LINK);
  });
});

describe('a sample outlet', () => {
  it.each([
    ['sample-field', false],
    ['sample-desk', true],
  ])('is opened by %s, and the page begins anew in it', async (button, asOwner) => {
    const world = await open();
    const { asked, page: shown } = world;
    await shown.get(T('enrol-by-sample')).trigger('click');
    expect(shown.find(T('enrol-name')).exists(), 'nothing is to be typed').toBe(false);
    expect(shown.get(T('sample-about')).text()).toContain('什么都不发出去');
    await shown.get(T(button)).trigger('click');
    await flushPromises();
    expect(asked.filter(({ command }) => command === 'open_sample').map(({ input }) => input)).toEqual([{ as_owner: asOwner }]);
    expect(reload).toHaveBeenCalledOnce();
    shown.unmount();
    const back = mount(EnrolPage, { global: { plugins: world.plugins }, attachTo: document.body });
    expect(back.find(T('enrol-link')).exists(), 'who comes back comes to join').toBe(true);
    back.unmount();
  });

  it('that can’t be made says why, and the page stays', async () => {
    const { story, page: shown } = await open();
    Object.assign(story, { do_open_sample: () => ({ failure: { code: 'sample_failed', params: {}, detail: '' } }) });
    await shown.get(T('enrol-by-sample')).trigger('click');
    await shown.get(T('sample-field')).trigger('click');
    await flushPromises();
    expect(shown.get(T('enrol-error')).text()).toContain('示例门店没做出来');
    expect(reload).not.toHaveBeenCalled();
    expect(disabled(shown, 'sample-field')).toBe(false);
  });

  it('says above every screen what it is, and one tap leaves it', async () => {
    const world = await open(App);
    expect(world.page.find(T('sample-bar')).exists()).toBe(false);
    world.story.answer('open_sample', { as_owner: false } as never);
    await useSession().load();
    await vi.waitFor(() => expect(world.page.find(T('sample-bar')).exists()).toBe(true));
    expect(world.page.get(T('sample-bar')).text()).toContain('什么都不发出去');
    world.page.unmount();
    page = mount(SampleBar, { global: { plugins: world.plugins }, attachTo: document.body });
    await page.get(T('sample-leave')).trigger('click');
    await flushPromises();
    expect(world.asked.filter(({ command }) => command === 'leave_sample')).toHaveLength(1);
    expect(reload).toHaveBeenCalledOnce();
  });

  it('is never shown as synced', async () => {
    const world = await open(SyncPage);
    world.story.answer('open_sample', { as_owner: false } as never);
    await useSync().load();
    await flushPromises();
    expect(world.page.getComponent(SyncBadge).text()).toBe('示例，不上传');
    expect(world.page.get(T('sync-sample')).text()).toContain('什么都不上传');
    for (const name of ['sync-now', 'sync-nothing-waiting', 'sync-on-relay', 'compare-now'])
      expect(world.page.find(T(name)).exists()).toBe(false);
  });
});
