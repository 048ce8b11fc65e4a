import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const asked: [string, unknown][] = [];
let answers: Record<string, () => unknown> = {};

/** The page as it is in the app's own window, or in a browser. */
async function host(window: boolean) {
  vi.resetModules();
  vi.stubGlobal('isTauri', window);
  vi.stubGlobal('__TAURI_INTERNALS__', {
    invoke: async (command: string, args: unknown) => {
      asked.push([command, args]);
      return answers[command]?.() ?? null;
    },
  });
  return import('./host');
}
const hidden = (value: boolean) => vi.spyOn(document, 'hidden', 'get').mockReturnValue(value);

beforeEach(() => {
  asked.length = 0;
  answers = {};
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a link that leaves', () => {
  it('is the browser’s own in a browser, and says nothing of where from', async () => {
    const opened: HTMLAnchorElement[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      opened.push(this);
    });
    await (await host(false)).openOutside('tel:13800001234');
    expect(opened.map((link) => [link.href, link.rel])).toEqual([['tel:13800001234', 'noreferrer']]);
    expect(asked).toEqual([]);
  });

  it('is the system’s in the window, and says when nobody opens it', async () => {
    const { NobodyOpens, openOutside } = await host(true);
    await openOutside('qqmap://map/search?keyword=x');
    expect(asked).toEqual([['plugin:opener|open_url', { url: 'qqmap://map/search?keyword=x' }]]);
    answers['plugin:opener|open_url'] = () => {
      throw new Error('no app');
    };
    await expect(openOutside('baidumap://map')).rejects.toBeInstanceOf(NobodyOpens);
  });
});

describe('news', () => {
  const granted = (value: boolean | null) => (answers['plugin:notification|is_permission_granted'] = () => value);
  const commands = () => asked.map(([command]) => command.split('|')[1]);

  it('goes to the system while nobody looks at the app', async () => {
    const { tellSystem } = await host(true);
    document.title = '上门';
    hidden(true);
    granted(true);
    await tellSystem('派来新单：彭秀兰');
    expect(asked.at(-1)).toEqual(['plugin:notification|notify', { options: { title: '上门', body: '派来新单：彭秀兰' } }]);
  });

  it('asks whoever looks for leave, once the system wants that, and does not say twice what is on the screen', async () => {
    const { tellSystem } = await host(true);
    hidden(false);
    granted(null);
    await tellSystem('派来新单');
    expect(commands()).toEqual(['is_permission_granted', 'request_permission']);
    granted(true);
    await tellSystem('派来新单');
    expect(commands()).not.toContain('notify');
  });

  it('respects a no, and asks nobody who is not there', async () => {
    const { tellSystem } = await host(true);
    hidden(true);
    for (const answer of [false, null]) {
      granted(answer);
      await tellSystem('派来新单');
    }
    expect(commands()).toEqual(['is_permission_granted', 'is_permission_granted']);
  });

  it('stays on the screen in a browser', async () => {
    await (await host(false)).tellSystem('派来新单');
    expect(asked).toEqual([]);
  });
});
