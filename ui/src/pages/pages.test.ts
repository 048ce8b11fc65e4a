import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import StoragePage from '@/desk/StoragePage.vue';
import FieldStoragePage from '@/field/StoragePage.vue';
import DeskSyncPage from '@/desk/SyncPage.vue';
import SyncPage from '@/field/SyncPage.vue';
import { openStory, T } from '../../test/door';
import { at } from '../../test/builders';
import { chip, sync } from '../../test/outletBuilders';
import { useSession } from '@/stores/session';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  vi.restoreAllMocks();
});

async function open(component: Parameters<typeof mount>[0], role = 'technician', answers = {}) {
  const world = openStory(role);
  Object.assign(world.story, answers);
  await world.router.push('/');
  await useSession().load();
  page = mount(component, { global: { plugins: world.plugins }, attachTo: document.body });
  await flushPromises();
  return { ...world, page };
}
const commands = (asked: { command: string }[]) => asked.map((each) => each.command);

describe('this device’s data', () => {
  it('is the same page in both shells', async () => {
    const field = (await open(FieldStoragePage)).page.find(T('storage')).html();
    page?.unmount();
    const desk = (await open(StoragePage)).page.find(T('storage')).html();
    expect(desk).toBe(field);
  });

  it('says what room can be made, and makes it', async () => {
    const world = await open(FieldStoragePage, 'technician');
    expect(world.page.find(T('freeable')).exists()).toBe(false);
    world.page.unmount();
    world.story.storage = { ...world.story.storage, freeable_photos: 41, freeable_kb: 8_200 };
    page = mount(FieldStoragePage, { global: { plugins: world.plugins }, attachTo: document.body });
    await flushPromises();
    expect(page.get(T('freeable')).text()).toContain('41');
    await page.get(T('free-photos')).trigger('click');
    await flushPromises();
    expect(page.find(T('freeable')).exists()).toBe(false);
  });

  it('asks for a file first, erases, and starts the page anew', async () => {
    const unsent = { do_sync_status: () => sync({ chip: chip({ changes: 3 }) }) };
    const { asked, page: shown } = await open(FieldStoragePage, 'technician', unsent);
    const reload = vi.spyOn(location, 'reload').mockImplementation(() => undefined);
    await shown.get(T('erase-export')).trigger('click');
    await flushPromises();
    expect(asked.find((each) => each.command === 'export_bundle')?.input).toEqual({ what: { what: 'unsent' }, photos: 'all' });
    await shown.get(T('erase-handed')).setValue(true);
    await shown.get(T('erase-number')).setValue('4b56');
    await shown.get(`${T('erase')} form`).trigger('submit');
    await flushPromises();
    expect(asked.find((each) => each.command === 'erase_device')?.input).toEqual({ number_end: '4b56', unsent_too: true });
    expect(reload).toHaveBeenCalledOnce();
  });
});

describe('where the work is', () => {
  const piece = { job: null, customer: '罗桂香', code: 'signature_invalid', ours: false, by: '田勇', at: at(-9), changes: 3, reason: null };

  it('says what is carried for others, and gives each stuck piece its ways out', async () => {
    const stuck = [{ ...piece, remedies: ['retry', 'export'] }];
    const { asked, page: shown } = await open(SyncPage, 'technician', {
      do_sync_status: () => sync({ chip: chip({ stuck: 1 }), carried: 7, stuck: stuck as never }),
      do_retry_stuck: () => sync(),
      do_export_stuck: () => ({ path: '/下载/卡住的.cbor', kilobytes: 1 }),
    });
    expect(shown.get(T('sync-carried')).text()).toContain('7');
    expect(shown.get(T('stuck')).text()).toContain('田勇');
    expect(shown.find(T('remedy-refound')).exists()).toBe(false);
    await shown.get(T('remedy-export')).trigger('click');
    await flushPromises();
    await shown.get(T('remedy-retry')).trigger('click');
    await flushPromises();
    expect(commands(asked)).toEqual(expect.arrayContaining(['export_stuck', 'retry_stuck']));
    expect(shown.find(T('stuck')).exists()).toBe(false);
  });

  it('tells why the owner declined something, and of a job that reaches nobody whose it is', async () => {
    const declined = { ...piece, code: 'declined', ours: true, reason: '不是这台机器', remedies: ['export'] };
    const unopened = { ...piece, code: 'grant_refused', ours: true, by: '向波', changes: 0, remedies: ['retry'] };
    const { page: shown } = await open(SyncPage, 'technician', {
      do_sync_status: () => sync({ stuck: [declined, unopened] as never }),
    });
    const [first, second] = shown.findAll(`${T('stuck')} li`);
    expect(first?.get(T('stuck-reason')).text()).toContain('不是这台机器');
    expect(second?.find(T('stuck-reason')).exists()).toBe(false);
    expect(second?.text()).toContain('向波');
    expect(second?.text()).not.toContain('0 项');
  });

  it('tells which rule set is not used, why and what can be done; an owner at the desk is led to the rules', async () => {
    const refused_sets = [{ kind: 'limits', version: '2026.11', line: 42, reason: 'unknown word' }];
    const answers = { do_sync_status: () => sync({ refused_sets } as never) };
    const { page: shown } = await open(SyncPage, 'technician', answers);
    expect(shown.get(T('refused-set')).text()).toMatch(/限值 2026\.11.*第 42 行：unknown word/s);
    expect(shown.get(T('refused-sets')).text()).toContain('原来那一版照用');
    expect(shown.find(T('refused-mend')).exists()).toBe(false);
    const copied: string[] = [];
    vi.stubGlobal('navigator', { clipboard: { writeText: async (text: string) => void copied.push(text) } });
    await shown.get(T('refused-copy')).trigger('click');
    await flushPromises();
    vi.unstubAllGlobals();
    expect(copied).toEqual(['限值 2026.11 · 第 42 行：unknown word']);
    shown.unmount();
    const { page: atDesk } = await open(DeskSyncPage, 'owner', answers);
    expect(atDesk.get(T('refused-mend')).attributes('href')).toBe('/desk/settings/rules');
    atDesk.unmount();
    expect((await open(SyncPage, 'technician')).page.find(T('refused-sets')).exists()).toBe(false);
  });

  it('lets all be compared by hand', async () => {
    const { asked, page: shown } = await open(SyncPage, 'technician');
    await shown.get(T('compare-now')).trigger('click');
    await flushPromises();
    expect(commands(asked)).toContain('compare_now');
  });

  it('shows an owner what waits for their word, and takes either', async () => {
    const deed = { action: 'K7', at: at(-30), by: '冉小军', device: '', code: 'write_field', differences: [], received: true };
    const run = {
      run: 'sheet:1 a',
      upto: 4,
      job: null,
      customer: '罗桂香',
      by: '冉小军',
      device: '小军的手机',
      changes: 2,
      since: at(-20),
      declined: false,
      decided: false,
      code: null,
      deeds: [{ ...deed, text: { zh: '换了密封圈', en: 'seal replaced' } }],
    };
    const { asked, page: shown } = await open(SyncPage, 'owner', {
      do_inbox: () => [run, { ...run, run: 'sheet:2 b', deeds: [] }],
      do_decide_inbox: () => [{ ...run, decided: true }],
    });
    expect(shown.findAll(T('inbox-run')).map((each) => each.text().includes('换了密封圈'))).toEqual([true, false]);
    await shown.findAll(T('inbox-decline'))[1]?.trigger('click');
    await shown.get(T('inbox-reason')).setValue(' 重复了 ');
    await shown.get(`${T('inbox-run')} form`).trigger('submit');
    await flushPromises();
    const decided = asked.filter((each) => each.command === 'decide_inbox').map((each) => each.input);
    expect(decided).toEqual([{ run: 'sheet:2 b', upto: 4, admit: false, reason: '重复了' }]);
    expect(shown.find(T('inbox-admit')).exists()).toBe(false);
  });

  it('is asked for again when a file was taken in, also after an error', async () => {
    for (const answer of [{ received: 1 }, { failure: { code: 'bundle_unreadable', params: {}, detail: '' } }]) {
      const { asked, page: shown } = await open(SyncPage, 'technician', { do_import_bundle: () => answer });
      const input = shown.get(T('import-file'));
      Object.defineProperty(input.element, 'files', { value: [new File(['x'], 'x.doorstep')] });
      await input.trigger('change');
      await vi.waitFor(() => expect(commands(asked).slice(-2)).toEqual(['import_bundle', 'sync_status']));
      shown.unmount();
    }
  });
});
