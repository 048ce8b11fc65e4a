/** What is typed on the phone and not saved is there after a kill, and gone once it is saved. */
import { flushPromises } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { Contested } from '../../test/double/benchTales';
import { waits } from '../../test/double/tales';
import { openStory } from '../../test/door';
import { close, job, onePageEach, open, seen, tap, type, type World } from '../../test/page';
import { flush } from '@/stores/draft';
import { useSession } from '@/stores/session';
import ConflictPage from './ConflictPage.vue';
import JobPage from './JobPage.vue';
import CashPage from './me/CashPage.vue';
import SafetyPage from './SafetyPage.vue';
import SheetPage from './SheetPage.vue';
import SyncPage from './SyncPage.vue';
import TurnsPage from './turns/TurnsPage.vue';

onePageEach();

type Page = Parameters<typeof open>[0];
const value = (name: string) => (seen(name) as HTMLInputElement | null)?.value;
const submit = async (name: string) => {
  seen(name)?.closest('form')?.dispatchEvent(new Event('submit'));
  await flushPromises();
};

interface Story {
  page: Page;
  path?: string;
  /** What is so before the page opens, on either start. */
  begin?: (world: World) => unknown;
  world?: () => World;
  typing: () => Promise<void>;
}

/** The app is killed while something is typed, and opened again where it was. */
async function killed({ page, path, begin, world = openStory, typing }: Story): Promise<World> {
  const start = async (drafts?: Map<string, string>) => {
    const next = world();
    drafts?.forEach((text, key) => next.story.drafts.set(key, text));
    await useSession().load();
    await begin?.(next);
    return open(page, next, path);
  };
  const before = await start();
  await typing();
  await flush();
  close();
  return start(before.story.drafts);
}
const arrived = (world: World) => {
  for (const tap of ['depart', 'arrive']) world.story.answer('tap_node', { tap } as never);
};

describe('after the app was killed there is still', () => {
  it('why something was not measured, until it is saved', async () => {
    const world = await killed({
      page: SafetyPage,
      path: '/?code=socket_polarity',
      begin: arrived,
      typing: async () => {
        await tap('not-measured-socket_polarity');
        await type('reason-text', '插座在柜子后面');
      },
    });
    await tap('not-measured-socket_polarity');
    expect(value('reason-text')).toBe('插座在柜子后面');
    await submit('reason-text');
    expect(world.asked.at(-1)).toMatchObject({ command: 'record_reading', input: { found: { reason: '插座在柜子后面' } } });
    await flush();
    expect([...world.story.drafts.keys()].filter((key) => key.includes('reason'))).toEqual([]);
  });

  it('what was put right before the row is measured again, and the row is the open one', async () => {
    const failed = (world: World) => {
      arrived(world);
      const found = { state: 'choice', option: 'wrong' };
      world.story.answer('record_reading', { code: 'socket_polarity', method: '', found } as never);
    };
    const world = await killed({ page: SafetyPage, path: '/?code=socket_polarity', begin: failed, typing: () => tap('fix') });
    expect(seen('retest')?.textContent).toContain('重新接好端子');
    await tap('choice-right');
    expect(world.asked.at(-1)?.input).toMatchObject({ rectified: '重新接好端子' });
    await flush();
    expect([...world.story.drafts.keys()].filter((key) => key.endsWith('rectified'))).toEqual([]);
  });

  it('with which instrument and how a reading is taken', async () => {
    await killed({
      page: SafetyPage,
      path: '/?code=earth_resistance',
      begin: arrived,
      typing: async () => {
        await type('instrument', '绝缘表 2 号');
        await type('calibrated', '2026-03-01');
        await tap('method-clamp');
      },
    });
    expect([value('instrument'), value('calibrated')]).toEqual(['绝缘表 2 号', '2026-03-01']);
    expect(seen('method-clamp')?.getAttribute('aria-checked')).toBe('true');
  });

  it('why one of the five services does not apply', async () => {
    const typing = async () => {
      await tap('service-maintain', 'answer-not_applicable');
      await type('service-reason', '新机');
    };
    await killed({ page: JobPage, begin: arrived, typing });
    await tap('service-maintain');
    expect(value('service-reason')).toBe('新机');
  });

  it('who came along', async () => {
    const world = await killed({
      page: JobPage,
      typing: async () => {
        await tap('crew');
        await type('crew-name', '小邓');
      },
    });
    await tap('crew');
    expect(value('crew-name')).toBe('小邓');
    await submit('crew-name');
    expect(value('crew-name')).toBe('');
    await flush();
    expect([...world.story.drafts.keys()].filter((key) => key.endsWith('crew'))).toEqual([]);
  });

  it('what is to stand below a picture', async () => {
    const { appliances } = openStory().story.do_job({ job });
    const at = { job, appliance: appliances[0]?.id ?? '', stage: 'after' as const };
    await killed({
      page: SheetPage,
      begin: (world) => void world.story.do_add_photo({ ...at, picture: { base64: 'AAAA', stamp: null } }),
      typing: async () => {
        await tap('photo');
        await type('caption', '接头漏水');
      },
    });
    await tap('photo');
    expect(value('caption')).toBe('接头漏水');
  });

  it('how much cash is handed in, and the note', async () => {
    const world = await killed({
      page: CashPage,
      typing: async () => {
        await tap('hand-in', 'pad-5', 'pad-0');
        await type('money-note', '余下的留着找零');
      },
    });
    await tap('hand-in');
    expect(seen('money-amount')?.textContent).toContain('¥50');
    expect(value('money-note')).toBe('余下的留着找零');
    await tap('pad-save');
    expect(world.asked.at(-2)?.input ?? {}).toMatchObject({ fact: { fact: 'hand_in', fen: 5000, note: '余下的留着找零' } });
    await flush();
    expect(world.story.drafts.has('hand-in')).toBe(false);
  });

  it('a third value for what two wrote apart', async () => {
    await killed({
      page: ConflictPage,
      world: () => openStory('technician', Contested),
      typing: async () => {
        await tap('conflict-third');
        await type('conflict-typed', '换接头');
      },
    });
    expect(value('conflict-typed')).toBe('换接头');
  });

  it('why a newcomer’s work is declined', async () => {
    await killed({
      page: SyncPage,
      world: () => openStory('owner'),
      begin: (world) => Object.assign(world.story, { do_inbox: () => [waits] }),
      typing: async () => {
        await tap('inbox-decline');
        await type('inbox-reason', '重复了');
      },
    });
    expect(value('inbox-reason')).toBe('重复了');
  });

  it('why a request is refused', async () => {
    await killed({
      page: TurnsPage,
      world: () => openStory('owner'),
      typing: async () => {
        await tap('refuse');
        await type('reason-text', '店里有');
      },
    });
    await tap('refuse');
    expect(value('reason-text')).toBe('店里有');
  });

  it('nothing of another job', async () => {
    const typing = async () => {
      await tap('crew');
      await type('crew-name', '小邓');
    };
    const world = await killed({ page: JobPage, typing });
    expect([...world.story.drafts.keys()].filter((key) => key.endsWith('crew'))).toEqual([`job/${job}/crew`]);
  });
});
