import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import { deed, job, owner } from '../../test/builders';
import { openStory } from '../../test/door';
import { useJobs } from './jobs';

beforeEach(() => setActivePinia(createPinia()));

it('the way back of a second assignment undoes that one, not the first that was undone before', async () => {
  const { asked } = openStory('owner');
  const line = (id: string, action: string) => ({ ...deed(owner.name, 'aa', action), id });
  const history = [line('d1', 'assign'), line('d2', 'undo'), line('d3', 'assign')];
  await useJobs()
    .wayBack([[job({ history }), 'assign']])()
    .catch(() => undefined);
  expect(asked.filter((each) => each.command === 'undo').map((each) => each.input.action)).toEqual(['d3']);
});
