import type { CoreEvent } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { card } from '../../test/builders';
import { openStory } from '../../test/door';
import { chip } from '../../test/outletBuilders';
import { useBooks } from './books';
import { useJobs } from './jobs';
import { useNotices } from './notices';
import { followCore } from './live';
import { useSession } from './session';
import { useSync } from './sync';
import { useToday } from './today';
import { tellVisits } from './visitsTaken';

class Line {
  static last: Line;
  onmessage: ((message: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  onopen: (() => void) | null = null;
  constructor() {
    Line.last = this;
  }
}

let line: Line | undefined;
const tell = async (event: CoreEvent) => {
  line?.onmessage?.({ data: JSON.stringify({ event: 'core-message', payload: event }) });
  await flushPromises();
};

beforeEach(() => vi.stubGlobal('EventSource', Line));
afterEach(() => vi.unstubAllGlobals());

describe('following the core', () => {
  it('fetches again what is on a screen, and nothing else', async () => {
    const { asked } = openStory();
    const stop = await followCore();
    line = Line.last;
    const { job } = card();
    await useJobs().load(job);
    asked.length = 0;
    await tell({ kind: 'jobs_changed', jobs: [job, '01KAJ9Z0000000000000000099'] });
    expect(asked.map((each) => each.command)).toEqual(['job']);
    await useToday().load();
    asked.length = 0;
    await tell({ kind: 'jobs_changed', jobs: ['01KAJ9Z0000000000000000099'] });
    expect(asked.map((each) => each.command)).toEqual(['today']);
    await tell({ kind: 'sync_changed', chip: chip({ state: 'offline', changes: 2 }) });
    expect(useSync().chip?.changes).toBe(2);
    await tell({ kind: 'device_refused' });
    expect(useSession().refused).toBe(true);
    stop();
  });

  it('tells orders that contracts took by themselves, and cancels them', async () => {
    const { asked } = openStory('owner');
    const stop = await followCore();
    line = Line.last;
    const { job } = card();
    await tell({ kind: 'visits_taken', jobs: [job] });
    expect(useBooks().visitsTaken).toEqual([job]);
    await tellVisits(useBooks().visitsTaken);
    const [notice] = useNotices().shown;
    expect(notice).toMatchObject({ kind: 'news', text: expect.stringContaining('自动下好了') });
    notice?.undo?.run();
    await flushPromises();
    expect(asked.find((each) => each.command === 'note_on_order')?.input).toMatchObject({ job, fact: { fact: 'cancel' } });
    stop();
  });
});
