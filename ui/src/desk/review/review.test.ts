import type { FeeLine } from '@schemas';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { openStory, T } from '../../../test/door';
import { dayMean, figures, review } from '../../../test/outletBuilders';
import { claim } from '../../../test/settleBuilders';
import { useNotices } from '@/stores/notices';
import { useSession } from '@/stores/session';
import { useTurns } from '@/stores/turns';
import JobPanel from '../JobPanel.vue';
import { FIGURES, shown } from './figures';
import ReviewPage from './ReviewPage.vue';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open(path = '/desk/review') {
  const world = openStory('owner');
  await world.router.push(path);
  page = mount(ReviewPage, {
    global: { plugins: world.plugins, stubs: { Teleport: true, Transition: true, DayCharts: true } },
    attachTo: document.body,
  });
  await flushPromises();
  return { ...world, page };
}

const feeLine = (change: Partial<FeeLine>): FeeLine => ({
  id: 'F1',
  appliance: null,
  kind: 'labour',
  payer: 'customer',
  code: '',
  name: '',
  quantity: 1000,
  unit_fen: 8_000,
  share: 1000,
  amount_fen: 8_000,
  guide_fen: null,
  above_guide_fen: 0,
  waiting_fen: 0,
  adjusts: null,
  quote: null,
  reason: '',
  off: null,
  by: '冉小军',
  at: 0,
  ...change,
});
const figure = (name: string) => FIGURES.find((each) => each.name === name)!;

describe('a figure of the day', () => {
  it('has the day before and the usual day that the core tells, counts in thousandths', () => {
    const day = review({
      figures: figures({ done: 4, open: 2, not_handed_in_fen: 26_000, receivable: [{ maker: '北岭', fen: 21_000 }] }),
      yesterday: figures({ done: 21, open: 0, not_handed_in_fen: 30_049 }),
      mean: dayMean({ done: 15_250, on_time: { of: 30, good: 15 }, not_handed_in_fen: 18_240, receivable_fen: 15_000 }),
    });
    const of = (name: string) => shown(figure(name), day);
    expect(of('done')).toEqual({ name: 'done', now: '4', before: '21', mean: '15.3' });
    expect(of('open')).toMatchObject({ now: '2', before: '0' });
    expect(of('onTime').mean).toBe('50%');
    expect(of('notHandedIn')).toMatchObject({ now: '¥260.00', before: '¥300', mean: '¥182' });
    expect(of('receivable')).toMatchObject({ now: '¥210.00', before: '¥0', mean: '¥150' });
  });

  it('says nothing of a usual day where none is known, nor of what stood on days before a past one', () => {
    const never = review({ mean: null });
    expect(shown(figure('done'), never).mean).toBe('—');
    expect(shown(figure('onTime'), never).mean).toBe('—');
    const past = review({ standing: false });
    expect(shown(figure('notHandedIn'), past)).toMatchObject({ before: '—', mean: '—' });
    expect(shown(figure('taken'), past).before).not.toBe('—');
  });
});

describe('the evening', () => {
  it('approves all without findings at once and takes it back', async () => {
    const { page: desk, asked, story } = await open();
    const clean = review().jobs.map((card) => ({ ...card, findings: [], finished_at: card.finished_at }));
    story.do_day_review = () =>
      review({ jobs: clean.map((card) => ({ ...card, status: story.answers.get(card.job) === 'approved' ? 'approved' : card.status })) });
    await desk.vm.$.appContext.config.globalProperties.$router.replace('/desk/review?day=2025-11-21');
    await flushPromises();
    await desk.get(T('approve-all')).trigger('click');
    await flushPromises();
    const approved = asked.filter((each) => each.command === 'answer_sheet');
    expect(approved).toHaveLength(clean.filter((card) => card.finished_at !== null).length);
    expect(desk.get(T('approved-all')).text()).toContain(String(approved.length));
    await desk.get(T('take-back')).trigger('click');
    await flushPromises();
    expect(asked.filter((each) => each.command === 'answer_sheet' && (each.input as { kind: string }).kind === 'withdrawn')).toHaveLength(
      approved.length,
    );
  });

  it('draws a sample whose seed is shown, and notes a call', async () => {
    const { page: desk, asked } = await open('/desk/review?pane=sample');
    expect(desk.get<HTMLInputElement>(T('sample-count')).element.value, "the outlet's share").toBe('2');
    await desk.get(T('sample-count')).setValue(1);
    await desk.get(T('sample-count')).setValue(2);
    await desk.get('form').trigger('submit');
    await flushPromises();
    expect(asked.find((each) => each.command === 'draw_sample')?.input).toMatchObject({ count: 2 });
    expect(desk.get(T('sample-seed')).text()).toContain('9e3779b97f4a7c15');
    expect(desk.findAll(T('sample-job'))).toHaveLength(2);
    await desk.get(T('sample-note')).trigger('click');
    await flushPromises();
    await desk.get(T('call-stars-5')).trigger('click');
    await desk.get(`input${T('call-text')}`).setValue('满意');
    await desk.get(T('call-form')).trigger('submit');
    await flushPromises();
    expect(asked.find((each) => each.command === 'note_on_desk')?.input).toMatchObject({
      fact: { fact: 'follow_up', kind: 'call', stars: 5, text: '满意' },
    });
    expect(desk.findAll(T('sample-called'))).toHaveLength(1);
  });

  it('takes in what a member said they handed in', async () => {
    const { page: desk, asked, story } = await open('/desk/review?pane=money');
    const said = story.turns.lines.filter((line) => line.waits === 'request' && line.asked.what.asked === 'hand_in');
    expect(desk.findAll(T('hand-in'))).toHaveLength(said.length);
    await desk.get(T('take-cash')).trigger('click');
    await flushPromises();
    expect(asked.find((each) => each.command === 'note_on_desk')?.input).toMatchObject({ fact: { fact: 'cash_taken' } });
    expect(desk.findAll(T('hand-in'))).toHaveLength(said.length - 1);
  });

  it('takes in cash from a member who said nothing, and gives the word back', async () => {
    const { page: desk, asked } = await open('/desk/review?pane=money');
    await desk.get(T('take-own')).trigger('click');
    await flushPromises();
    const sum = desk.get<HTMLInputElement>(`input${T('cash-sum')}`);
    const first = review().figures.money[0]!;
    expect(sum.element.value, 'what is still in hand').toBe((first.not_handed_in_fen / 100).toFixed(2));
    await sum.setValue('二十');
    expect(desk.get(T('cash-go')).attributes('disabled')).toBeDefined();
    await sum.setValue('120.5');
    await desk.get(`input${T('cash-note')}`).setValue('先交一半');
    await desk.get(T('cash-form')).trigger('submit');
    await flushPromises();
    expect(asked.find((each) => each.command === 'note_on_desk')?.input).toEqual({
      fact: { fact: 'cash_taken', member: first.member, fen: 12_050, hand_in: null, note: '先交一半' },
    });
    expect(desk.find(T('cash-form')).exists()).toBe(false);
    useNotices().shown.at(-1)?.undo?.run();
    await flushPromises();
    expect(asked.filter((each) => each.command === 'note_on_desk').at(-1)?.input).toEqual({ fact: { fact: 'withdraw', of: 'D0000001' } });
  });

  it('tells where the printed day lies', async () => {
    const { page: desk, notices } = await open().then((world) => ({ ...world, notices: world }));
    await desk.get(T('review-print')).trigger('click');
    await flushPromises();
    expect(notices.asked.some((each) => each.command === 'print_day')).toBe(true);
  });
});

describe('what waits for the owner at the desk', () => {
  const told = (world: { asked: { command: string; input: Record<string, unknown> }[] }, command: string) =>
    world.asked.filter((each) => each.command === command).map((each) => each.input);
  const turn = (id: string) => `[data-test=turn][data-id=${id}]`;
  const back = async () => {
    useNotices().shown.at(-1)?.undo?.run();
    await flushPromises();
  };

  it('is counted on its tab, and a price above guide is granted, to another sum or not at all', async () => {
    const world = await open('/desk/review?pane=decide');
    const { page: desk, story } = world;
    const before = story.turns;
    expect(desk.get(T('pane-decide')).text()).toContain(String(before.lines.length));
    await desk.get(T('grant')).trigger('click');
    await flushPromises();
    expect(desk.find(T('over-guide')).exists()).toBe(false);
    await back();
    const price = { fact: 'over_guide', fee: 'F0000001', note: '' };
    expect(told(world, 'note_on_order').map((input) => input.fact)).toEqual([
      { ...price, granted: true, most_fen: 24_550 },
      { ...price, granted: false, most_fen: 20_500 },
    ]);
    story.turns = before;
    await useTurns().load();
    await flushPromises();
    await desk.get(T('grant-other')).trigger('click');
    await flushPromises();
    expect(document.activeElement).toBe(desk.get(T('grant-sum')).element);
    await desk.get(`input${T('grant-sum')}`).setValue('220');
    await desk.get(`${T('over-guide')} form`).trigger('submit');
    await flushPromises();
    expect(told(world, 'note_on_order').at(-1)?.fact).toEqual({ ...price, granted: true, most_fen: 22_000 });
  });

  it('refuses an advance with a reason only, grants one in one act and takes it back', async () => {
    const world = await open('/desk/review?pane=decide');
    const { page: desk } = world;
    const advance = () => desk.find(turn('K0000004'));
    await advance().get(T('answer-approved')).trigger('click');
    await flushPromises();
    expect(advance().exists()).toBe(false);
    await back();
    expect(told(world, 'undo_desk')).toHaveLength(1);
    await advance().get(T('refuse')).trigger('click');
    await flushPromises();
    await desk.get(T('refuse-form')).trigger('submit');
    await flushPromises();
    expect(told(world, 'note_on_desk')).toEqual([]);
    await desk.get(`input${T('refuse-reason')}`).setValue('下月再说');
    await desk.get(T('refuse-form')).trigger('submit');
    await flushPromises();
    expect(told(world, 'note_on_desk')).toEqual([
      { fact: { fact: 'answer', request: 'K0000004', step: 'refused', promised: null, note: '下月再说' } },
    ]);
    expect(advance().exists()).toBe(false);
  });

  it('is walked through by the arrows, and an answered note makes way for the next', async () => {
    const { page: desk } = await open('/desk/review?pane=decide');
    const press = (key: string) =>
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    const at = () => document.activeElement?.closest('[data-turn]')?.getAttribute('data-turn');
    const [first] = desk.findAll<HTMLElement>(`${T('over-guide')} button.strong`);
    first!.element.focus();
    press('ArrowRight');
    expect((document.activeElement as HTMLElement).dataset.test).toBe('grant-other');
    press('ArrowDown');
    expect(at()).toBe('K0000004');
    press('ArrowUp');
    expect(at()).toBe('F0000001');
    const note = desk.get<HTMLElement>(`${turn('K0000013')} ${T('seen')}`);
    note.element.focus();
    await note.trigger('click');
    await flushPromises();
    expect(desk.find(turn('K0000013')).exists()).toBe(false);
    expect((document.activeElement as HTMLElement).dataset.test, 'the walk-in below it').toBe('adopt');
  });
});

describe('a sheet at the side', () => {
  async function panel(change: (story: ReturnType<typeof openStory>['story']) => void) {
    const world = openStory('owner');
    await world.router.push('/');
    await useSession().load();
    change(world.story);
    const { card } = world.story.answer('job', { job: review().jobs[0]!.job } as never).value as { card: { job: string } };
    world.story.answer('finish', { job: card.job, outcome: 'completed' } as never);
    page = mount(JobPanel, {
      props: { job: card.job },
      global: { plugins: world.plugins, stubs: { Teleport: true } },
      attachTo: document.body,
    });
    await flushPromises();
    return { ...world, page };
  }

  it('shows what changed since it was approved', async () => {
    const { page: side } = await panel((story) => {
      const text = { zh: '故障：点火针 → 水箱漏', en: 'fault: igniter → tank leaks' };
      story.since = {
        approved_at: 0,
        approved_by: '老板',
        unknown: false,
        differences: [{ turn: 'changed', text } as never],
        photos_added: 1,
        photos_gone: 0,
      };
    });
    const since = side.get(T('since-approval')).text();
    expect(since).toContain('水箱漏');
    expect(since).toContain('多了 1 张照片');
    expect(side.find(T('panel-approve')).exists()).toBe(true);
  });

  it('stands there with its bill before it is approved, and with what it leaves on the owner’s desk alone', async () => {
    const { page: side } = await panel((each) => {
      const fees = each.do_fees();
      each.do_fees = () => ({
        ...fees,
        lines: [
          feeLine({ name: '换加热管', amount_fen: 10_000, guide_fen: 8_000, above_guide_fen: 2_000, waiting_fen: 2_000 }),
          feeLine({ id: 'F2', name: '检测费', off: 'waived_by_repair' }),
          feeLine({ id: 'F3', name: '换灯条', quote: 'Q1' }),
        ],
        payments: [{ id: 'P1', fen: 8_000, way: 'cash', paid_for: 'work', reference: '', by: '冉小军', at: 0 }],
        invoice: { title: '柘川县卫生院', tax_number: '', mail: '' },
      });
      each.do_job_claim = ({ job: of }) => claim(1, {}, { job: of });
    });
    const lines = side.findAll(T('bill-line'));
    expect(lines[0]!.text()).toContain('指导价 ¥80.00');
    expect(lines[0]!.get(T('bill-above')).text()).toContain('¥20.00 等老板同意');
    expect(lines[1]!.get(T('bill-off')).text()).toContain('修了就免检测费');
    expect(lines[2]!.text()).toContain('用户已同意');
    expect(side.get(T('bill-payment')).text()).toContain('现金');
    expect(side.get(T('bill-invoice')).text()).toContain('柘川县卫生院');
    expect(side.get(T('approves-sum')).text()).toContain('¥');
    expect(side.get(T('bill-costs')).text()).toContain('¥210.00');
    expect(side.get(T('bill-at-guide')).text()).toContain('¥15.00');
  });

  it('shows nobody but the owner what the maker pays', async () => {
    const world = openStory('technician');
    await world.router.push('/');
    await useSession().load();
    world.story.do_job_claim = ({ job: of }) => claim(1, {}, { job: of });
    page = mount(JobPanel, { props: { job: review().jobs[0]!.job }, global: { plugins: world.plugins, stubs: { Teleport: true } } });
    await flushPromises();
    expect(page.find(T('panel-bill')).exists()).toBe(true);
    expect(page.find(T('bill-costs')).exists()).toBe(false);
    expect(world.asked.some((each) => each.command === 'job_claim')).toBe(false);
  });

  it('goes back with a note, and not without one', async () => {
    const { page: side, asked } = await panel(() => {});
    await side.get(T('panel-return')).trigger('click');
    expect(side.get(T('return-save')).attributes('disabled')).toBeDefined();
    await side.get(T('return-form')).trigger('submit');
    expect(asked.some((each) => each.command === 'answer_sheet')).toBe(false);
    await side.get(`input${T('return-note')}`).setValue('缺铭牌照片');
    await side.get(T('return-form')).trigger('submit');
    await flushPromises();
    expect(asked.find((each) => each.command === 'answer_sheet')?.input).toMatchObject({ kind: 'returned', note: '缺铭牌照片' });
  });
});
