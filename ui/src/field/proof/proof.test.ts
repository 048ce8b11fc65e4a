import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../../test/builders';
import { openStory, T } from '../../../test/door';
import { useSession } from '@/stores/session';
import ProofPage from './ProofPage.vue';

const { job } = card();
let page: VueWrapper | undefined;
async function opened() {
  const world = openStory();
  await useSession().load();
  page = mount(ProofPage, { props: { job }, global: { plugins: world.plugins }, attachTo: document.body });
  await flushPromises();
  return { world, page };
}
afterEach(() => {
  page?.unmount();
  vi.unstubAllGlobals();
});

describe('the proof for the customer', () => {
  it('is a picture at once, in 中文, and made anew for another kind or language', async () => {
    const { world, page } = await opened();
    const asked = () => world.asked.filter((each) => each.command === 'make_paper').map((each) => each.input);
    expect(asked()).toEqual([{ job, kind: 'receipt', form: 'picture', language: 'zh' }]);
    expect(page.get(T('proof-image')).attributes('src')).toContain('data:image/png;base64,');
    await page.get(T('proof-repair_list')).trigger('click');
    await page.get(T('proof-in-en')).trigger('click');
    await flushPromises();
    expect(asked().at(-1)).toEqual({ job, kind: 'repair_list', form: 'picture', language: 'en' });
  });

  it('makes a file when it is wanted and names it, without the folders above it', async () => {
    const { page } = await opened();
    await page.get(T('proof-make-a4')).trigger('click');
    await flushPromises();
    expect(page.get(T('proof-file-a4')).text()).toBe('2026-11-21-receipt.pdf · 61 KB');
  });

  it('offers no notice where none was given', async () => {
    const { page } = await opened();
    expect(page.find(T('proof-safety_notice')).exists()).toBe(false);
  });

  it('is shared through the system where there is a way, and closing that is no failure', async () => {
    const shared: File[] = [];
    vi.stubGlobal(
      'navigator',
      Object.assign(Object.create(navigator) as Navigator, {
        canShare: () => true,
        share: ({ files }: { files: File[] }) => {
          shared.push(...files);
          return Promise.reject(new DOMException('closed', 'AbortError'));
        },
      }),
    );
    const { page } = await opened();
    await page.get(T('proof-share')).trigger('click');
    await flushPromises();
    expect(shared.map((file) => [file.name, file.type])).toEqual([['2026-11-21-receipt.png', 'image/png']]);
    expect(page.find(T('proof-failed')).exists()).toBe(false);
  });
});
