import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openStory } from '../../test/door';
import { flush, openKept, useDraft } from './draft';

/** What the core takes as one draft, in bytes. */
const MOST = 64 * 1024;
const bytes = (text: string) => new TextEncoder().encode(text).length;
const long = (mark: string, count: number) => Array.from({ length: count }, (_, at) => `${mark}${at}🔧"王芳"`).join('\n');
const kept = () => useDraft('file/x', () => '').draft.value;

describe('a draft longer than the core takes', () => {
  let story: ReturnType<typeof openStory>['story'];
  beforeEach(async () => {
    ({ story } = openStory());
    await openKept();
  });

  async function write(text: string): Promise<ReturnType<typeof useDraft<string>>> {
    const one = useDraft('file/x', () => '');
    one.draft.value = text;
    await flush();
    return one;
  }

  it('is kept in pieces that it takes, and comes back as it was', async () => {
    const text = long('师傅', 9000);
    await write(text);
    expect(story.drafts.size).toBeGreaterThan(3);
    expect(Math.max(...[...story.drafts.values()].map(bytes))).toBeLessThanOrEqual(MOST);
    await openKept();
    expect(kept()).toBe(text);
  });

  it('leaves no piece behind when it is shorter, and none when it goes', async () => {
    const one = await write(long('a', 9000));
    const most = story.drafts.size;
    one.draft.value = long('b', 5000);
    await flush();
    expect(story.drafts.size).toBeLessThan(most);
    await openKept();
    expect(kept()).toBe(long('b', 5000));
    one.draft.value = '短';
    await flush();
    expect([...story.drafts]).toEqual([['file/x', '"短"']]);
    one.draft.value = long('c', 5000);
    await flush();
    one.discard();
    await flush();
    expect(story.drafts.size).toBe(0);
  });

  it('that a reload tore is none, never made of two, and its pieces go', async () => {
    const put = story.do_put_draft.bind(story);
    const one = await write(long('a', 9000));
    let left = 3;
    story.do_put_draft = (input) => (left-- > 0 ? put(input) : null);
    one.draft.value = long('b', 9000);
    await flush();
    story.do_put_draft = put;
    await openKept();
    expect(kept()).toBe('');
    await flush();
    expect(story.drafts.size).toBe(0);
  });

  it('is put together, and a torn one goes, at a start that had none before', async () => {
    await write(long('师傅', 9000));
    story.drafts.set('file/torn~0', '"a');
    vi.resetModules();
    const fresh = await import('./draft');
    await fresh.openKept();
    expect(fresh.useDraft('file/x', () => '').draft.value).toBe(long('师傅', 9000));
    await fresh.flush();
    expect(story.drafts.has('file/torn~0')).toBe(false);
    vi.resetModules();
    [...story.drafts.keys()].filter((key) => key !== 'file/x~1').forEach((key) => story.drafts.delete(key));
    const bare = await import('./draft');
    await bare.openKept();
    await bare.flush();
    expect(story.drafts.size, 'nothing but a piece').toBe(0);
  });

  it('of which a piece is missing is none', async () => {
    for (const [key, text] of [
      ['file/x', '~3'],
      ['file/x~0', '"a'],
      ['file/x~2', 'c"'],
    ] as const) {
      story.drafts.set(key, text);
    }
    await openKept();
    expect(kept()).toBe('');
    await flush();
    expect(story.drafts.size).toBe(0);
  });
});

it('a file that lies for more than a week goes', async () => {
  const { story } = openStory();
  const at = (days: number) => Date.now() - days * 86_400_000;
  story.do_kept = () => ({
    drafts: [
      { key: 'file/x', text: '~2', at: at(8) },
      { key: 'file/x~0', text: '"a', at: at(8) },
      { key: 'file/x~1', text: 'b"', at: at(8) },
      { key: 'file/y', text: '"y"', at: at(6) },
      { key: 'order', text: '"王芳"', at: at(80) },
    ],
    choices: [],
  });
  for (const { key, text } of story.do_kept().drafts) story.drafts.set(key, text);
  await openKept();
  expect(kept()).toBe('');
  await flush();
  expect([...story.drafts.keys()]).toEqual(['file/y', 'order']);
});
