import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { openStory, T } from '../../../test/door';
import { openKept } from '@/stores/draft';
import PartListPage from './PartListPage.vue';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open() {
  const world = openStory('owner');
  await openKept();
  await world.router.push('/desk/parts/list');
  page = mount(PartListPage, { global: { plugins: world.plugins, stubs: { Teleport: true, Transition: true } }, attachTo: document.body });
  await flushPromises();
  const input = page.get<HTMLInputElement>(T('import-file'));
  Object.defineProperty(input.element, 'files', { value: [new File(['物料编码'], '配件.csv')], configurable: true });
  await input.trigger('change');
  await expect.poll(() => page?.find(T('list-rows')).exists()).toBe(true);
  return { ...world, page };
}

describe('a parts list', () => {
  it('r25: shows old and new beside each other and is published from a day', async () => {
    const { page: form, asked } = await open();
    expect(form.findAll(T('list-row')).map((row) => row.attributes('data-state'))).toEqual(['wrong', 'changed', 'added', 'same']);
    expect(form.text()).toContain('新配件缺指导价');
    expect(form.get('[data-state=changed]').text().replace(/\s+/g, '')).toContain('指导价:10.00→12.50');
    expect(form.get('[data-state=added]').text()).toContain('即热式电热水器');
    await form.get(T('list-from')).setValue('2026-12-01');
    expect(form.get(T('list-publish')).text()).toBe('更新 2 种');
    await form.get(T('list-publish')).trigger('click');
    await flushPromises();
    const input = asked.find((each) => each.command === 'publish_parts')?.input as { from: number };
    expect(new Date(input.from).toISOString()).toBe('2026-11-30T16:00:00.000Z');
    expect(form.get(T('list-publish')).text()).toBe('没有要更新的');
  });

  it('asks for the codes before anything is published', async () => {
    const { page: form } = await open();
    await form.get(T('import-column-0')).setValue('');
    await flushPromises();
    expect(form.get(T('list-lacking')).text()).toContain('配件编码');
    expect(form.get<HTMLButtonElement>(T('list-publish')).element.disabled).toBe(true);
  });
});
