import { describe, expect, it } from 'vitest';
import { openStory, T } from '../../test/door';
import { job, onePageEach, open, tap } from '../../test/page';
import FinishPage from './FinishPage.vue';
import SafetyPage from './SafetyPage.vue';

onePageEach();

describe('a failed reading', () => {
  it('is measured again after one tap on what was put right', async () => {
    const { page: check } = await open(SafetyPage, openStory(), '/?code=earth_resistance');
    await tap('method-loop');
    for (const each of ['1', '2', 'point', '6', 'save']) await tap(`pad-${each}`);
    expect(check.find(T('pad')).exists()).toBe(false);
    await tap('fix');
    expect(check.get(T('retest')).text()).toContain('重新接好端子');
    expect(check.find(T('pad')).exists()).toBe(true);
  });
});

describe('the end of a visit', () => {
  async function atTheEnd() {
    const world = openStory();
    const view = world.story.do_job({ job });
    view.next = { ...view.next, step: 'finish', blockers: [], outcomes: ['completed'], others: [] };
    return open(FinishPage, world);
  }

  it('writes the customer’s name before the end, and no name where nobody signed', async () => {
    const { asked, page: end } = await atTheEnd();
    await end.get(T('sign-name')).setValue(' 王芳 ');
    await tap('finish-confirm');
    const written = asked.filter((each) => ['note_fact', 'finish'].includes(each.command));
    expect(written.map((each) => each.command)).toEqual(['note_fact', 'finish']);
    expect(written[0]?.input.fact).toMatchObject({ fact: 'signature', signed_for: 'work', signer: 'customer', name: '王芳', image: null });
  });

  it('goes on without a name', async () => {
    const { asked } = await atTheEnd();
    await tap('finish-confirm');
    expect(asked.map((each) => each.command)).not.toContain('note_fact');
    expect(asked.map((each) => each.command)).toContain('finish');
  });

  it('answers by one tap the services that no record tells of', async () => {
    const { asked } = await atTheEnd();
    await tap('services-all');
    const answers = asked.filter((each) => each.command === 'answer_service').map((each) => [each.input.service, each.input.answer]);
    expect(answers).toEqual([
      ['maintain', { answer: 'done' }],
      ['check_all', { answer: 'all_normal' }],
    ]);
  });
});
