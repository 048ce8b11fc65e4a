import { mount } from '@vue/test-utils';
import { reactive } from 'vue';
import { describe, expect, it } from 'vitest';
import BundleCard from './BundleCard.vue';
import EraseCard from './EraseCard.vue';
import RecoveryCard from './RecoveryCard.vue';
import StorageCards from './StorageCards.vue';
import TaskBar from './TaskBar.vue';
import { at, NOW } from '../../test/builders';
import { chip, keyView, storageView, sync } from '../../test/outletBuilders';
import { T } from '../../test/door';

const DEVICE = '7f3a09c2d81e4b56';

describe('a device that is given away', () => {
  const settled = sync({ chip: chip(), carried: 0 });
  const props = { device: DEVICE, sync: settled, exported: false, busy: false };

  it('is erased by the last four of its number and by nothing else', async () => {
    const card = mount(EraseCard, { props });
    expect(card.find(T('erase-only-here')).exists()).toBe(false);
    for (const typed of ['', '7f3a', '4b5', '4b567', 'd81e']) {
      await card.get(T('erase-number')).setValue(typed);
      expect(card.get(T('erase-go')).attributes('disabled'), typed).toBeDefined();
      await card.get('form').trigger('submit');
    }
    expect(card.emitted('erase')).toBeUndefined();
    await card.get(T('erase-number')).setValue(' 4B56 ');
    await card.get('form').trigger('submit');
    expect(card.emitted('erase')).toEqual([[' 4B56 ', false]]);
  });

  it('offers a file first while something is only on it', async () => {
    const unsent = sync({ chip: chip({ changes: 3, photos: 2 }), carried: 7 });
    const card = mount(EraseCard, { props: { ...props, sync: unsent } });
    expect(card.get(T('erase-only-here')).text()).toContain('记录 3 项、照片 2 张、同事的 7 条记录');
    expect(card.find(T('erase-number')).exists()).toBe(false);
    await card.get(T('erase-export')).trigger('click');
    expect(card.emitted('export')).toHaveLength(1);
    await card.setProps({ exported: true });
    await card.get(T('erase-number')).setValue('4b56');
    expect(card.get(T('erase-go')).attributes('disabled')).toBeDefined();
    await card.get(T('erase-handed')).setValue(true);
    await card.get('form').trigger('submit');
    expect(card.emitted('erase')).toEqual([['4b56', true]]);
  });
});

describe('a bundle', () => {
  const noDays = () => reactive({ from: '', until: '' });
  const made = {
    name: 'a.doorstep',
    path: '/下载/a.doorstep',
    kilobytes: 84,
    jobs: 3,
    changes: 57,
    photos: 4,
    unreadable_photos: 0,
    devices: 4,
  };
  const taken = {
    member: '冉小军',
    device: '小军手机',
    made_at: NOW,
    jobs: 1,
    received: 12,
    adopted: 12,
    photos: 0,
    rule_sets: 0,
    not_for_this_device: 0,
    damaged: 0,
    whole: true,
  };

  it('says where it lies, and what is not in it', async () => {
    const card = mount(BundleCard, { props: { busy: false, made, taken: null, size: null, days: noDays() } });
    expect(card.get(T('bundle-made')).text()).toContain('/下载/a.doorstep');
    expect(card.get(T('bundle-made')).text()).not.toContain('坏了');
    await card.setProps({ made: { ...made, unreadable_photos: 2 } });
    expect(card.get(T('bundle-made')).text()).toContain('有 2 张照片坏了');
  });

  it('is written with photos only when that is ticked', async () => {
    const card = mount(BundleCard, { props: { busy: false, made: null, taken: null, size: null, days: noDays() } });
    await card.get(T('export-unsent')).trigger('click');
    await card.get(T('bundle-photos')).setValue(true);
    await card.get(T('export-all')).trigger('click');
    expect(card.emitted('write')).toEqual([
      [{ what: 'unsent' }, false],
      [{ what: 'all' }, true],
    ]);
  });

  it('is of whole days, either end open, and says before how much that is', async () => {
    const size = { jobs: 3, changes: 57, kilobytes: 84, thumbnails: 2, thumbnail_kilobytes: 16, photos: 2, photo_kilobytes: 900 };
    const card = mount(BundleCard, { props: { busy: false, made: null, taken: null, size, days: noDays() } });
    const go = card.get<HTMLButtonElement>(T('export-period'));
    expect(go.element.disabled).toBe(true);
    await card.get(T('bundle-from')).setValue('2026-11-01');
    await card.get(T('bundle-until')).setValue('2026-10-01');
    expect(go.element.disabled).toBe(true);
    await card.get(T('bundle-until')).setValue('2026-11-21');
    const [from, to] = [Date.parse('2026-11-01T00:00+08:00'), Date.parse('2026-11-22T00:00+08:00')];
    expect(card.emitted('weigh')?.at(-1)).toEqual([{ what: 'period', from, to }]);
    expect(card.get(T('bundle-size')).text()).toBe('3 单，压缩前 84 KB');
    await card.get(T('bundle-photos')).setValue(true);
    expect(card.get(T('bundle-size')).text()).toBe('3 单，压缩前 1.0 MB');
    await go.trigger('click');
    expect(card.emitted('write')).toEqual([[{ what: 'period', from, to }, true]]);
    await card.get(T('bundle-from')).setValue('');
    await go.trigger('click');
    expect(card.emitted('write')?.at(-1)).toEqual([{ what: 'period', from: 0, to }, true]);
  });

  it('that is damaged is no success', async () => {
    const card = mount(BundleCard, { props: { busy: false, made: null, taken, size: null, days: noDays() } });
    expect(card.get(T('bundle-taken')).classes()).not.toContain('partly');
    for (const damage of [{ damaged: 2 }, { whole: false }]) {
      await card.setProps({ taken: { ...taken, ...damage } });
      expect(card.get(T('bundle-taken')).classes()).toContain('partly');
      expect(card.get(T('bundle-taken')).text()).toContain('请让对方重发一份');
    }
  });
});

describe('this device’s data', () => {
  const base = { view: storageView(), keys: keyView(), running: {}, owner: false, busy: false, now: NOW };

  it('names what a repair kept and what it lost', () => {
    const repaired = {
      at: at(-90),
      damaged_pages: 3,
      kept: 6198,
      own_missing: 6,
      exported: 12,
      export: 'own.doorstep',
      identity_lost: true,
      complete: false,
    };
    const lost = [{ photo: 'ab'.repeat(32), job: null, at: at(-90) }];
    const cards = mount(StorageCards, { props: { ...base, view: storageView({ repaired, lost_photos: lost, disk_low: true }) } });
    expect(cards.get(T('repaired')).findAll('li')).toHaveLength(4);
    expect(cards.get(T('lost-photos')).text()).toContain('1 张');
    expect(cards.find(T('disk-low')).exists()).toBe(true);
  });

  it('lets only the owner make a recovery key, which stays until it is kept', async () => {
    expect(mount(StorageCards, { props: base }).find(T('make-recovery')).exists()).toBe(false);
    expect(
      mount(StorageCards, { props: { ...base, owner: true } })
        .find(T('make-recovery'))
        .exists(),
    ).toBe(true);
    const page = { id: '9f2c41d07ab35e68', text: 'K7QM K7QM', qr_svg: '<svg xmlns="http://www.w3.org/2000/svg"/>' };
    const card = mount(RecoveryCard, { props: { page }, attachTo: document.body });
    await card.trigger('keydown', { key: 'Escape' });
    await card.trigger('click');
    expect(card.emitted('close')).toBeUndefined();
    await card.get(T('recovery-close')).trigger('click');
    expect(card.emitted('close')).toHaveLength(1);
    card.unmount();
  });

  it('shows how far long work is, also where nobody knows how much there is', async () => {
    const bar = mount(TaskBar, { props: { task: 'rebuild', progress: { done: 50, of: 200, kilobytes: 8400, ended: false } } });
    expect(bar.text()).toContain('50 / 200 · 8.4 MB');
    expect(bar.get('[role=progressbar]').attributes('aria-valuenow')).toBe('25');
    await bar.setProps({ progress: { done: 12, of: null, kilobytes: 0, ended: false } });
    expect(bar.get('[role=progressbar]').attributes('aria-valuenow')).toBeUndefined();
    await bar.get(T('task-stop')).trigger('click');
    expect(bar.emitted('stop')).toHaveLength(1);
  });
});
