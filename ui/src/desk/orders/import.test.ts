import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { openStory, T } from '../../../test/door';
import { openKept } from '@/stores/draft';
import NewOrder from '../NewOrder.vue';
import ImportPage from './ImportPage.vue';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open(component: Parameters<typeof mount>[0]) {
  const world = openStory('owner');
  await openKept();
  await world.router.push('/');
  page = mount(component, { global: { plugins: world.plugins, stubs: { Teleport: true, Transition: true } }, attachTo: document.body });
  await flushPromises();
  return { ...world, page };
}

async function pick(form: VueWrapper): Promise<void> {
  const input = form.get<HTMLInputElement>(T('import-file'));
  Object.defineProperty(input.element, 'files', { value: [new File(['客户,电话'], '派工.csv')], configurable: true });
  await input.trigger('change');
  await expect.poll(() => form.find(T('import-columns')).exists()).toBe(true);
}

describe('an import', () => {
  it('shows what each row becomes and takes what a person wants', async () => {
    const { page: form, asked } = await open(ImportPage);
    await pick(form);
    expect(form.findAll(T('import-row')).map((row) => row.attributes('data-state'))).toEqual(['ready', 'ready', 'wrong', 'here', 'alike']);
    expect(form.text()).toContain('电话不对：没有');
    expect(form.get(T('import-start')).text()).toBe('导入 2 单');
    await form.get(T('import-anyway-7')).setValue(true);
    expect(form.get(T('import-start')).text()).toBe('导入 3 单');
    await form.get(T('import-start')).trigger('click');
    await flushPromises();
    expect(asked.find((each) => each.command === 'import_orders')?.input).toMatchObject({ name: '派工.csv', sheet: 0, anyway: [7] });
    expect(form.get(T('import-note')).text()).toContain('已导入 3 单');
  });

  it('asks for the columns that are missing before anything is taken', async () => {
    const { page: form, asked } = await open(ImportPage);
    await pick(form);
    await form.get(T('import-column-1')).setValue('');
    await flushPromises();
    const { columns } = asked.filter((each) => each.command === 'read_import').at(-1)?.input ?? {};
    expect((columns as unknown[]).slice(0, 3)).toEqual(['name', null, 'address']);
    expect(form.get(T('import-lacking')).text()).toContain('电话');
    expect(form.get<HTMLButtonElement>(T('import-start')).element.disabled).toBe(true);
  });

  it('is taken back and says which orders stay', async () => {
    const { page: form, asked } = await open(ImportPage);
    await pick(form);
    await form.get(T('import-start')).trigger('click');
    await flushPromises();
    await form.get(T('import-undo')).trigger('click');
    await flushPromises();
    expect(asked.find((each) => each.command === 'undo_import')?.input).toEqual({ import: 'a.1', reason: '撤销导入' });
    expect(form.get(T('import-kept')).text()).toContain('彭秀兰');
  });
});

describe('a caller', () => {
  it('is known by the phone, and what is known fills what is empty', async () => {
    const { page: form } = await open(NewOrder);
    await form.get(T('order-name')).setValue('王芳的女儿');
    await form.get(T('order-phone')).setValue('138 0000 1234');
    await expect.poll(() => form.find(T('call-known')).exists()).toBe(true);
    expect(form.get<HTMLInputElement>(T('order-address')).element.value).toBe('建设路 12 号 3-201');
    expect(form.get<HTMLInputElement>(T('order-name')).element.value).toBe('王芳的女儿');
    await form.get(T('call-machine')).trigger('click');
    expect(form.get<HTMLInputElement>(T('order-serial-1')).element.value).toBe('AQ85-0001');
    expect(form.get(T('call-machine')).text()).toContain('发票 2025-03-02');
  });

  it('hears the script of an emergency first', async () => {
    const { page: form } = await open(NewOrder);
    await form.get(T('order-symptom')).setValue('有煤气味');
    await expect.poll(() => form.find(T('call-script')).exists()).toBe(true);
    expect(form.get(T('call-script')).text()).toContain('先关燃气总阀');
    expect(form.get(T('urgency-class1')).attributes('aria-checked')).toBe('true');
  });
});
