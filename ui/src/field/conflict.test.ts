import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { at, card } from '../../test/builders';
import { openStory, T } from '../../test/door';
import { session } from '../../test/outletBuilders';
import { useSession } from '@/stores/session';
import JobPage from './JobPage.vue';

const { job } = card();
afterEach(() => {
  document.body.innerHTML = '';
});

async function open(contested: boolean) {
  const world = openStory();
  useSession().view = session();
  const view = world.story.do_job({ job });
  view.card.findings = [{ code: contested ? 'conflicting_values' : 'late', params: {} }];
  const line = (minutes: number, by: string, device: string, action = 'write_field') => ({
    at: at(minutes),
    by,
    device,
    action,
    received: true,
  });
  view.history = [
    line(-2, '冉小军', session().device),
    line(-3, '田勇', '11aa22bb33cc44dd'),
    line(-9, '田勇', '11aa22bb33cc44dd'),
    line(-9, '覃建国', '99aa22bb33cc44ee', 'assign'),
  ];
  const page = mount(JobPage, { props: { job }, global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } } });
  await flushPromises();
  return page;
}

describe('a sheet that two filled in apart', () => {
  it('says who wrote last on which device, and leads to the sheet', async () => {
    const page = await open(true);
    const writers = page.findAll(T('conflict-writer')).map((each) => each.text());
    expect(writers).toHaveLength(2);
    expect(writers[0]).toMatch(/^冉小军 · 这台设备 · /);
    expect(writers[1]).toMatch(/^田勇 · 设备 …44dd · /);
    expect(page.get(T('conflict-sheet')).attributes('href')).toBe(`/field/job/${job}/sheet`);
  });

  it('is said of no other sheet', async () => {
    expect((await open(false)).find(T('conflict')).exists()).toBe(false);
  });
});
