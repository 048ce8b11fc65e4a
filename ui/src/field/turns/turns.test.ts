import type { Failure } from '@schemas';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { card, deed, job, owner, ran, text, tian } from '../../../test/builders';
import { openStory, T } from '../../../test/door';
import { review, session } from '../../../test/outletBuilders';
import { judged } from '../../../test/double/mineStory';
import { useNotices } from '@/stores/notices';
import { useSession } from '@/stores/session';
import AnswerCard from './AnswerCard.vue';
import TurnsPage from './TurnsPage.vue';

type World = ReturnType<typeof openStory>;
let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open(world: World = openStory('owner')) {
  useSession().view = session({ owner: true, member: owner });
  page = mount(TurnsPage, { global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } }, attachTo: document.body });
  await flushPromises();
  return { ...world, page };
}
let taps = 0;
async function tap(shown: VueWrapper, ...names: string[]): Promise<void> {
  for (const name of names) {
    taps += 1;
    await shown.get(T(name)).trigger('click');
    await flushPromises();
  }
}
const told = (world: World, command: string) => world.asked.filter((each) => each.command === command).map((each) => each.input);
const turn = (id: string) => `[data-test=turn][data-id=${id}]`;

/** 25 finished sheets, of which `wrong` have something to look at. */
function evening(world: World, wrong: number): void {
  const jobs = Array.from({ length: 25 }, (_, n) =>
    card({
      job: `01KAJ9Z0000000000000${700_000 + n}`,
      status: 'finished',
      finished_at: 1,
      outcome: 'completed',
      findings: n < wrong ? [{ code: 'photo_missing', params: {} }] : [],
    }),
  );
  world.story.do_day_review = () => review({ jobs: judged(jobs, world.story.answers) });
  world.story.do_job = ({ job: of }) => job({ card: jobs.find((each) => each.job === of) ?? card(), history: [] });
}

describe('the owner’s evening', () => {
  it('of 25 jobs takes at most 20 taps, requests, prices, walk-ins and dispatch among them', async () => {
    const world = openStory('owner');
    evening(world, 4);
    const { page: shown } = await open(world);
    taps = 0;
    expect(shown.get(T('approve-all')).text()).toContain('21');
    await tap(shown, 'approve-all');
    expect(world.story.answers.size).toBe(21);
    for (let n = 0; n < 4; n += 1) await tap(shown, 'sheet-approve');
    expect(shown.findAll(T('sheet-turn'))).toHaveLength(0);
    await tap(shown, 'grant', 'answer-approved', 'answer-arrived', 'answer-ordered', 'take-cash', 'seen', 'adopt');
    await tap(shown, 'assign', 'pick-0000RXJ2', 'assign-go');
    expect(shown.findAll(T('turn')).map((each) => each.attributes('data-asked'))).toEqual(['part']);
    expect(told(world, 'assign')).toEqual([{ job: '01KAJ9Z0000000000000000005', members: [ran.id] }]);
    expect(taps).toBeLessThanOrEqual(20);
  }, 30_000);

  it('approves no sheet at one tap that somebody returned before', async () => {
    const world = openStory('owner');
    evening(world, 0);
    const plain = world.story.do_job;
    world.story.do_job = (input) => {
      const view = plain(input);
      const line = { ...deed('', '', 'return_sheet'), at: 0, received: true };
      return input.job.endsWith('700003') ? { ...view, history: [line] } : view;
    };
    const { page: shown } = await open(world);
    expect(shown.get(T('approve-all')).text()).toContain('24');
    expect(shown.findAll(T('sheet-turn')).map((each) => each.attributes('data-job'))).toEqual(['01KAJ9Z0000000000000700003']);
    await tap(shown, 'approve-all');
    expect(world.story.answers.has('01KAJ9Z0000000000000700003')).toBe(false);
  });

  it('stops at the first that fails, says how far it came, and takes all of it back', async () => {
    const world = openStory('owner');
    evening(world, 0);
    const { answer } = world.story;
    world.story.answer = (command, input) => {
      const full: Failure = { code: 'disk_full', params: {}, detail: '' };
      return command === 'answer_sheet' && world.story.answers.size >= 3 ? { failure: full } : answer.call(world.story, command, input);
    };
    const { page: shown } = await open(world);
    await tap(shown, 'approve-all');
    expect(shown.get(T('approved-all')).text()).toContain('3');
    expect(useNotices().shown.map((each) => each.text)).toContainEqual(expect.stringContaining('22'));
    world.story.answer = answer;
    await tap(shown, 'take-back');
    expect(told(world, 'answer_sheet').filter(({ kind }) => kind === 'withdrawn')).toHaveLength(3);
    expect([...world.story.answers.values()]).toEqual([]);
    expect(shown.find(T('approved-all')).exists()).toBe(false);
  });
});

describe('a word to a member', () => {
  it('an advance is a line of the wages and the answer in one act, which is undone as one', async () => {
    const world = openStory('owner');
    const { page: shown } = await open(world);
    await tap(shown, 'answer-approved');
    expect(shown.find(turn('K0000004')).exists()).toBe(false);
    const line = { member: ran.id, month: '', job: null, kind: 'advance', fen: 50_000, reason: '孩子学费', asked: 'K0000004' };
    expect(told(world, 'note_wage')).toEqual([line]);
    useNotices().shown.at(-1)?.undo?.run();
    await flushPromises();
    expect(told(world, 'undo_desk')).toHaveLength(1);
    expect(shown.find(turn('K0000004')).exists()).toBe(true);
  });

  it('a part is refused with a note, or goes on from where it is', async () => {
    const world = openStory('owner');
    const { page: shown } = await open(world);
    const ordered = shown.get(turn('K0000012'));
    expect(ordered.findAll('button').map((each) => each.attributes('data-test'))).toEqual(['answer-shipped', 'answer-arrived']);
    await shown.get(turn('K0000001')).get(T('refuse')).trigger('click');
    await tap(shown, 'reason-usual');
    await shown.get(T('reason-popup')).trigger('submit');
    await flushPromises();
    expect(told(world, 'note_on_desk').at(-1)).toEqual({
      fact: { fact: 'answer', request: 'K0000001', step: 'refused', promised: null, note: '店里有，先来拿' },
    });
    expect(shown.find(turn('K0000001')).exists()).toBe(false);
  });

  it('cash is taken in as the hand-in says it', async () => {
    const world = openStory('owner');
    const { page: shown } = await open(world);
    await tap(shown, 'take-cash');
    expect(told(world, 'note_on_desk')).toEqual([
      { fact: { fact: 'cash_taken', member: ran.id, fen: 38_500, hand_in: 'K0000005', note: '' } },
    ]);
  });

  it('a price above guide is allowed up to another amount, or not at all', async () => {
    const world = openStory('owner');
    const { page: shown } = await open(world);
    await tap(shown, 'grant-other', 'pad-2', 'pad-2', 'pad-0', 'pad-save');
    const fact = told(world, 'note_on_order')[0]?.fact;
    expect(fact).toEqual({ fact: 'over_guide', fee: 'F0000001', granted: true, most_fen: 22_000, note: '' });
    expect(shown.find(T('over-guide')).exists()).toBe(false);
  });
});

describe('dispatch', () => {
  /** The best first; 冉小军 is stopped, until a grade is set aside. */
  function stopped(code: 'grade_too_low' | 'certificate_missing') {
    const world = openStory('owner');
    const stop = { code, subject: text('故障难度 A，等级 B'), jump: { to: 'owner' as const } };
    world.story.do_suggest = ({ job: of }) => {
      const line = { assigned: false, fits: true, may_set_aside: false, stops: [], reasons: [text('当天空闲')] };
      const may = code === 'grade_too_low';
      const lines = [
        { ...line, member: tian },
        { ...line, member: ran, fits: false, may_set_aside: may, stops: [stop] },
      ];
      return { job: of, needs: [], difficulty: 'a', wished: null, lines };
    };
    return world;
  }

  it('shows the best first, each with what speaks for and against, and is taken back', async () => {
    const world = stopped('grade_too_low');
    const { page: shown } = await open(world);
    await tap(shown, 'assign');
    const names = shown.findAll('[role=checkbox]').map((each) => each.attributes('data-test'));
    expect(names).toEqual([`pick-${tian.id}`, `pick-${ran.id}`]);
    expect(shown.get(T('assign-sheet')).text()).toContain('当天空闲');
    expect(shown.get(T('assign-sheet')).text()).toContain('故障难度 A');
    await tap(shown, `pick-${tian.id}`, 'assign-go');
    expect(told(world, 'assign')).toEqual([{ job: '01KAJ9Z0000000000000000005', members: [tian.id] }]);
    expect(useNotices().shown.at(-1)?.undo).toBeDefined();
  });

  it('sets a grade aside with a reason, and then assigns', async () => {
    const world = stopped('grade_too_low');
    const { page: shown } = await open(world);
    await tap(shown, 'assign', 'pick-0000RXJ2');
    expect(shown.get(T('assign-go')).attributes('disabled')).toBeDefined();
    await shown.get(T('override-reason')).setValue('覃师傅电话带');
    await tap(shown, 'assign-go');
    expect(told(world, 'note_on_order').map((input) => input.fact)).toEqual([
      { fact: 'override', of: 'grade', member: ran.id, reason: '覃师傅电话带' },
    ]);
    expect(told(world, 'assign')).toHaveLength(1);
  });

  it('never sets a certificate aside', async () => {
    const { page: shown } = await open(stopped('certificate_missing'));
    await tap(shown, 'assign', 'pick-0000RXJ2');
    expect(shown.find(T('law')).exists()).toBe(true);
    expect(shown.find(T('override-reason')).exists()).toBe(false);
    expect(shown.get(T('assign-go')).attributes('disabled')).toBeDefined();
  });
});

it('nobody else has anything to decide', async () => {
  const world = openStory();
  useSession().view = session();
  page = mount(TurnsPage, { global: { plugins: world.plugins } });
  await flushPromises();
  expect(page.get(T('empty')).text()).toContain('只在老板的设备上');
  expect(world.asked).toEqual([]);
});

it('a sheet is answered on its job', async () => {
  const world = openStory('owner');
  const view = job({ card: card({ status: 'finished', finished_at: 1 }) });
  page = mount(AnswerCard, { props: { view }, global: { plugins: world.plugins, stubs: { Transition: true, Teleport: true } } });
  await tap(page, 'job-approve');
  await page.setProps({ view: job({ card: card({ status: 'approved', finished_at: 1 }) }) });
  expect(page.find(T('is-approved')).exists()).toBe(true);
  await tap(page, 'job-return', 'reason-usual');
  await page.get(T('reason-popup')).trigger('submit');
  await flushPromises();
  expect(told(world, 'answer_sheet').map((input) => input.kind)).toEqual(['approved', 'returned']);
});
