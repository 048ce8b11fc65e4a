import { mount } from '@vue/test-utils';
import { nextTick } from 'vue';
import { describe, expect, it } from 'vitest';
import BottomSheet from './BottomSheet.vue';

async function open() {
  const opener = document.body.appendChild(document.createElement('button'));
  opener.focus();
  const sheet = mount(BottomSheet, { props: { show: false, label: '维护保养' }, slots: { default: '<p>问</p>' }, attachTo: document.body });
  await sheet.setProps({ show: true });
  await nextTick();
  return { opener, sheet, dialog: () => sheet.get('[role="dialog"]') };
}

describe('what comes up from the bottom', () => {
  it('has a name, takes the focus and gives it back', async () => {
    const { opener, sheet, dialog } = await open();
    expect(dialog().attributes('aria-label')).toBe('维护保养');
    expect(dialog().element.contains(document.activeElement)).toBe(true);
    await sheet.setProps({ show: false });
    expect(document.activeElement).toBe(opener);
    sheet.unmount();
    opener.remove();
  });

  it('is closed by Esc, and what lies under it hears nothing of that', async () => {
    const { opener, sheet, dialog } = await open();
    await dialog().trigger('keydown', { key: 'Escape' });
    expect(sheet.emitted('close')).toHaveLength(1);
    expect(sheet.find('.van-overlay').attributes('role')).toBe('presentation');
    sheet.unmount();
    opener.remove();
  });
});
