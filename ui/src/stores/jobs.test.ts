import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import { effectScope } from 'vue';
import { card, deed, job, owner } from '../../test/builders';
import { openStory } from '../../test/door';
import { useJobs } from './jobs';

beforeEach(() => setActivePinia(createPinia()));

it('what is on a screen stays, however many others are answered meanwhile', async () => {
  const { story } = openStory('owner');
  story.do_job = ({ job: of }) => job({ card: card({ job: of }) });
  const jobs = useJobs();
  const ids = Array.from({ length: 30 }, (_, place) => `01KAJ9Z0000000000000${700_000 + place}`);
  const [first = ''] = ids;
  const screen = effectScope();
  screen.run(() => jobs.hold(first));
  for (const id of ids) await jobs.load(id);
  expect(jobs.open.has(first)).toBe(true);
  expect(jobs.open.size).toBeLessThan(ids.length);
  screen.stop();
  for (const id of ids.slice(1)) await jobs.load(id);
  expect(jobs.open.has(first)).toBe(false);
});

it('the way back of a second assignment undoes that one, not the first that was undone before', async () => {
  const { asked } = openStory('owner');
  const line = (id: string, action: string) => ({ ...deed(owner.name, 'aa', action), id });
  const history = [line('d1', 'assign'), line('d2', 'undo'), line('d3', 'assign')];
  await useJobs()
    .wayBack([[job({ history }), 'assign']])()
    .catch(() => undefined);
  expect(asked.filter((each) => each.command === 'undo').map((each) => each.input.action)).toEqual(['d3']);
});
