import { mount } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { nextTick } from 'vue';
import MePage from '@/field/MePage.vue';
import { openStory, T } from '../../test/door';
import { openKept } from './draft';
import { useSession } from './session';
import { useTextSize } from './textSize';

const onRoot = () => document.documentElement.style.getPropertyValue('--text-size');
afterEach(() => document.documentElement.removeAttribute('style'));

describe('the text size', () => {
  it('is picked once and is there after a restart', async () => {
    const { story, plugins } = openStory();
    await openKept();
    await useSession().load();
    const me = mount(MePage, { global: { plugins } });
    await nextTick();
    await me.get(T('text-size-150')).trigger('click');
    expect(onRoot()).toBe('1.5');
    expect(me.get(T('text-size-150')).attributes('aria-checked')).toBe('true');
    me.unmount();

    const kept = story.do_kept().choices;
    document.documentElement.removeAttribute('style');
    const { story: later } = openStory();
    kept.forEach((choice) => later.do_remember(choice));
    await openKept();
    useTextSize().load();
    expect(onRoot()).toBe('1.5');
  });

  it('goes back to the usual one, and a size that nobody offers is none', async () => {
    const { story } = openStory();
    story.do_remember({ key: 'text-size', value: '5000' });
    await openKept();
    const size = useTextSize();
    size.load();
    expect(onRoot()).toBe('1');
    size.choose(200);
    size.choose(100);
    expect(onRoot()).toBe('1');
    expect(story.choices.get('text-size')).toBe('100');
  });
});
