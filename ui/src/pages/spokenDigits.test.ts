import { flushPromises } from '@vue/test-utils';
import { expect, it } from 'vitest';
import { openStory, T } from '../../test/door';
import { job, onePageEach, open, seen } from '../../test/page';
import SpokenDigits from './SpokenDigits.vue';

onePageEach();

it('six digits are said for one sum of one job, in two groups', async () => {
  const { page, asked } = await open(SpokenDigits, openStory('owner'));
  await page.get(T('spoken-sum')).setValue('95.5');
  await page.get('form').trigger('submit');
  await flushPromises();
  expect(asked.at(-1)).toEqual({ command: 'say_digits', input: { job, most_fen: 9_550 } });
  expect(seen('spoken-digits')?.textContent).toMatch(/¥95\.50.*109 550/s);
});

it('no digits are said for what is no amount', async () => {
  const { page, asked } = await open(SpokenDigits, openStory('owner'));
  for (const typed of ['', 'abc', '0', '-3']) {
    await page.get(T('spoken-sum')).setValue(typed);
    await page.get('form').trigger('submit');
    await flushPromises();
    expect(seen('spoken-wrong'), typed).not.toBeNull();
  }
  expect(asked.map((each) => each.command)).not.toContain('say_digits');
});
