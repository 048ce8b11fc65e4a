import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { openStory, T } from '../../../test/door';
import { refuses } from '../../../test/refuses';
import { useNotices } from '@/stores/notices';
import { openKept } from '@/stores/draft';
import AnswerPage from './AnswerPage.vue';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open() {
  const world = openStory('owner');
  await openKept();
  await world.router.push('/desk/settlement/answer?maker=北岭&month=2026-11');
  page = mount(AnswerPage, { global: { plugins: world.plugins, stubs: { Teleport: true, Transition: true } }, attachTo: document.body });
  await flushPromises();
  const input = page.get<HTMLInputElement>(T('import-file'));
  Object.defineProperty(input.element, 'files', { value: [new File(['工单号,核定金额'], '北岭回单.csv')], configurable: true });
  await input.trigger('change');
  await expect.poll(() => page?.find(T('answer-rows')).exists()).toBe(true);
  return { ...world, page };
}
const last = (asked: { command: string; input: unknown }[], command: string) =>
  asked.filter((each) => each.command === command).at(-1)?.input;
const outcomes = (form: VueWrapper) => form.findAll(T('answer-row')).map((row) => row.attributes('data-outcome'));

describe('a maker’s answer', () => {
  it('r31: what the file decides is taken, what is more than claimed only when a person says so', async () => {
    const { page: form, asked } = await open();
    expect(form.text()).toContain('对账 · 北岭 · 2026年11月');
    expect(outcomes(form)).toEqual(['more', 'unknown', 'refused', 'less', 'agreed', 'done']);
    expect(form.findAll(T('answer-take'))).toHaveLength(4);
    expect(form.get(T('answer-write')).text()).toBe('记下 3 单');
    expect(form.get(T('answer-missing')).text()).toContain('谭记农家乐');
    const [more, refused] = form.findAll<HTMLInputElement>(T('answer-take'));
    await more?.setValue(true);
    await refused?.setValue(false);
    expect(form.get(T('answer-write')).text()).toBe('记下 3 单');
    await form.get(T('answer-write')).trigger('click');
    await flushPromises();
    expect(last(asked, 'take_answer')).toMatchObject({
      maker: '北岭',
      month: '2026-11',
      leave: ['01KAJ9Z0000000000000000204'],
      anyway: ['01KAJ9Z0000000000000000202'],
      reason: '厂家没有写原因',
    });
  });

  it('r31: what was written shows as written, and is taken back as one', async () => {
    const { page: form, asked } = await open();
    await form.get(T('answer-write')).trigger('click');
    await flushPromises();
    expect(outcomes(form).filter((outcome) => outcome === 'done')).toHaveLength(4);
    expect(form.get(T('answer-write')).text()).toBe('没有可记的单');
    expect(form.find(T('answer-before')).exists()).toBe(true);
    useNotices().shown.at(-1)?.undo?.run();
    await flushPromises();
    expect(last(asked, 'undo_desk')).toBeDefined();
    expect(outcomes(form)).toContain('agreed');
  });

  it('asks for what no answer is told without, and keeps the choice where it is refused', async () => {
    const { page: form, story } = await open();
    await form.get(T('import-column-2')).setValue('');
    await flushPromises();
    await form.get(T('import-column-3')).setValue('');
    await flushPromises();
    expect(form.get(T('answer-lacking')).text()).toContain('认可金额');
    expect(form.get<HTMLButtonElement>(T('answer-write')).element.disabled).toBe(true);
    await form.get(T('import-column-2')).setValue('agreed');
    await flushPromises();
    const [, refused] = form.findAll<HTMLInputElement>(T('answer-take'));
    await refused?.setValue(false);
    refuses(story, 'take_answer');
    await form.get(T('answer-write')).trigger('click');
    await flushPromises();
    expect(form.findAll<HTMLInputElement>(T('answer-take'))[1]?.element.checked).toBe(false);
  });

  it('an outcome is picked out of a long answer', async () => {
    const { page: form } = await open();
    await form.get(T('answer-state-less')).trigger('click');
    expect(outcomes(form)).toEqual(['less']);
  });
});
