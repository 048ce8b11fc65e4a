import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, expect, it, vi } from 'vitest';
import { openStory, T } from '../../../test/door';
import ReplySheet from './ReplySheet.vue';

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.innerHTML = '';
});

const show = (world: ReturnType<typeof openStory>) =>
  mount(ReplySheet, { props: { show: true, job: 'J' }, global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } } });

it('the maker’s reply is seen before it is copied', async () => {
  const world = openStory();
  const copied: string[] = [];
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: async (text: string) => copied.push(text) } });
  const sheet = show(world);
  await flushPromises();
  expect(sheet.get(T('reply-text')).text()).toContain('AQ20261121-0087');
  expect(copied).toEqual([]);
  await sheet.get(T('reply-copy')).trigger('click');
  await flushPromises();
  expect(copied).toEqual([sheet.get(T('reply-text')).text()]);
  expect(sheet.emitted('close')).toHaveLength(1);
});

it('a brand without a template says who can add one', async () => {
  const world = openStory();
  const texts = world.story.do_job_texts({ job: 'J', eta: null });
  world.story.do_job_texts = () => ({ ...texts, reply: null });
  const sheet = show(world);
  await flushPromises();
  expect(sheet.find(T('reply-copy')).exists()).toBe(false);
  expect(sheet.get(T('empty')).text()).toContain('老板');
});
