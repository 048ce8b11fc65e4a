import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { openStory, T } from '../../../test/door';
import { refuses } from '../../../test/refuses';
import { openKept } from '@/stores/draft';
import { useSession } from '@/stores/session';
import StoragePage from '../StoragePage.vue';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open() {
  const world = openStory('owner');
  await openKept();
  await useSession().load();
  await world.router.push('/desk/settings/storage');
  page = mount(StoragePage, { global: { plugins: world.plugins }, attachTo: document.body });
  await flushPromises();
  return { ...world, page };
}

describe('a broken phone’s data', () => {
  it('is opened by its folder and key, and says what came over', async () => {
    const { page: shown, asked, story } = await open();
    expect(shown.get<HTMLButtonElement>(T('rescue-open')).element.disabled).toBe(true);
    await shown.get(T('rescue-path')).setValue(' /mnt/old phone ');
    await shown.get(`${T('rescue')} form`).trigger('submit');
    await flushPromises();
    expect(asked.find((each) => each.command === 'recover_folder')?.input).toEqual({ path: '/mnt/old phone', recovery_key: '' });
    // Of a device that was reported lost nothing is believed, and that is said.
    expect(shown.get(T('rescue-found')).text()).toContain('里面有 4 条没传上去的记录，没有转过来');
    const taken = { member: '冉小军', device: '小军旧手机', made_at: 1, jobs: 1, received: 4, adopted: 4, photos: 2 };
    story.recovered = { ...story.recovered, taken: { ...taken, rule_sets: 0, not_for_this_device: 0, damaged: 0, whole: true } };
    await shown.get(T('rescue-path')).setValue('/mnt/b');
    await shown.get(T('rescue-key')).setValue('ABCD-EFGH');
    await shown.get(`${T('rescue')} form`).trigger('submit');
    await flushPromises();
    expect(shown.get(T('rescue-found')).text()).toContain('没传上去的 4 条记录、2 张照片已转到这里');
    expect(shown.get<HTMLInputElement>(T('rescue-key')).element.value).toBe('');
  });

  it('that does not open is said where it was asked, and what was typed stays', async () => {
    const { page: shown, story } = await open();
    refuses(story, 'recover_folder');
    await shown.get(T('rescue-path')).setValue('/mnt/a');
    await shown.get(T('rescue-key')).setValue('WRONG');
    await shown.get(`${T('rescue')} form`).trigger('submit');
    await flushPromises();
    expect(shown.get(T('rescue-wrong')).text()).not.toBe('');
    expect(shown.find(T('rescue-found')).exists()).toBe(false);
    expect(shown.get<HTMLInputElement>(T('rescue-path')).element.value).toBe('/mnt/a');
  });
});
