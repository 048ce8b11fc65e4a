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

  /** Links that the page follows by itself: what is opened and what is saved. */
  function links(): { target: string; download: string }[] {
    const followed: { target: string; download: string }[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      followed.push({ target: this.target, download: this.download });
    });
    URL.createObjectURL = () => 'blob:paper';
    URL.revokeObjectURL = () => undefined;
    return followed;
  }

  it('hands a PDF on as well: shared with its own bytes', async () => {
    const shared: File[] = [];
    const share = async ({ files }: { files: File[] }) => void shared.push(...files);
    vi.stubGlobal('navigator', Object.assign(Object.create(navigator) as Navigator, { canShare: () => true, share }));
    const { page } = await opened();
    await page.get(T('proof-make-a4')).trigger('click');
    await flushPromises();
    await page.get(T('proof-share-a4')).trigger('click');
    await flushPromises();
    expect(shared.map((file) => [file.name, file.type])).toEqual([['2026-11-21-receipt.pdf', 'application/pdf']]);
    expect(await shared[0]?.text()).toBe('%PDF-1.7');
    expect(page.find(T('proof-alone')).exists()).toBe(false);
  });

  it('is opened and saved in a browser, and says so where nothing can be shared', async () => {
    const followed = links();
    const { page } = await opened();
    expect(page.find(T('proof-share')).exists()).toBe(false);
    expect(page.get(T('proof-alone')).text()).toContain('截屏');
    await page.get(T('proof-make-a4')).trigger('click');
    await flushPromises();
    await page.get(T('proof-open-a4')).trigger('click');
    await flushPromises();
    await page.get(T('proof-save-a4')).trigger('click');
    await flushPromises();
    expect(followed).toEqual([
      { target: '_blank', download: '' },
      { target: '', download: '2026-11-21-receipt.pdf' },
    ]);
    expect(page.find(T('proof-print-a4')).exists(), 'whatever opens a PDF prints it').toBe(false);
  });

  it('prints a roll from its dots, and nothing of the screen', async () => {
    links();
    Image.prototype.decode = async () => undefined;
    const printed: (string | undefined)[] = [];
    vi.stubGlobal('print', () => void printed.push(document.getElementById('paper')?.querySelector('style')?.textContent ?? undefined));
    const { world, page } = await opened();
    await page.get(T('proof-make-roll80')).trigger('click');
    await flushPromises();
    await page.get(T('proof-print-roll80')).trigger('click');
    await flushPromises();
    expect(world.asked.filter(({ command }) => command === 'make_paper').at(-1)?.input.form).toBe('roll80_dots');
    expect(printed).toHaveLength(1);
    expect(printed[0]).toContain('80mm');
    expect(printed[0]).toContain('display: none');
    expect(document.getElementById('paper'), 'and is gone again').toBeNull();
  });
});
