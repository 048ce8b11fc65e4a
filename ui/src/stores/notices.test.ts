import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import { useNotices } from './notices';

beforeEach(() => setActivePinia(createPinia()));

it('what was done gives way to what is done now, but not what can be undone nor what failed', () => {
  const notices = useNotices();
  const shown = () => notices.shown.map((notice) => notice.text);
  notices.done('已记下：旧件');
  notices.done('已加：换泵');
  expect(shown()).toEqual(['已加：换泵']);
  notices.done('已撤掉', { label: '撤销', run: () => undefined });
  notices.failed(new Error('no room'));
  notices.done('已加 2 项');
  expect(shown()).toHaveLength(3);
  expect(shown()).toContain('已撤掉');
});
