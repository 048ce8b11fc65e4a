import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openStory, T } from '../../test/door';
import JobPanel from './JobPanel.vue';
import NewOrder from './NewOrder.vue';
import OrdersPage from './OrdersPage.vue';
import LosingBar from './team/LosingBar.vue';
import TeamPage from './TeamPage.vue';
import { card, earthResistance, ran, record, text, tian } from '../../test/builders';
import ReadingLines from './ReadingLines.vue';
import { useJobs } from '@/stores/jobs';
import { useNotices } from '@/stores/notices';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
  vi.useRealTimers();
});

async function open(component: Parameters<typeof mount>[0], props: Record<string, unknown> = {}) {
  const world = openStory('owner');
  await world.router.push('/');
  page = mount(component, {
    props,
    global: { plugins: world.plugins, stubs: { Teleport: true, Transition: true } },
    attachTo: document.body,
  });
  await flushPromises();
  return { ...world, page };
}

describe('a new order', () => {
  async function fill(form: VueWrapper, values: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(values)) await form.get(T(name)).setValue(value);
  }

  it('is taken with what was said on the phone', async () => {
    const { page: form, asked } = await open(NewOrder);
    await fill(form, {
      'order-name': '王芳',
      'order-phone': '138 0000 1234',
      'order-township': '大湾乡',
      'order-address': '建设路 12 号',
      'order-symptom': '漏水',
    });
    await form.get(T('order-township')).trigger('change');
    await form.get(T('urgency-class2')).trigger('click');
    await form.get(T('assignee-冉小军')).trigger('click');
    expect(form.get(T('urgency-hint')).text()).toContain('漏水');
    expect(form.get(T('order-submit')).text()).toContain('冉小军');
    await form.trigger('submit');
    await flushPromises();
    expect(asked.find((each) => each.command === 'take_order')?.input).toMatchObject({
      urgency: 'class2',
      far: true,
      customer: { name: '王芳', phone: '13800001234', township: '大湾乡', address: '建设路 12 号' },
      assignees: ['0000RXJ2'],
      window: null,
    });
    expect(form.emitted('taken')).toMatchObject([[{ customer: '王芳' }]]);
  });

  it('says what is missing beside the field and asks nothing of the core', async () => {
    const { page: form, asked } = await open(NewOrder);
    await form.trigger('submit');
    await flushPromises();
    expect(form.text()).toContain('要填客户姓名');
    expect(asked.some((each) => each.command === 'take_order')).toBe(false);
  });

  it('is moved through with Enter and left with Esc', async () => {
    const { page: form } = await open(NewOrder);
    const phone = form.get<HTMLInputElement>(T('order-phone'));
    phone.element.focus();
    await phone.trigger('keydown', { key: 'Enter' });
    expect(document.activeElement?.id).toBe('order-name');
    await form.trigger('keydown', { key: 'Escape' });
    expect(form.emitted('aside')).toHaveLength(1);
  });

  it('is taken with Ctrl+Enter wherever the hand is, on a choice too', async () => {
    const { page: form, asked } = await open(NewOrder);
    await fill(form, { 'order-name': '王芳', 'order-phone': '13800001234', 'order-address': '建设路 12 号' });
    const choice = form.get(T('assignee-冉小军'));
    await choice.trigger('click');
    await choice.trigger('keydown', { key: 'Enter', ctrlKey: true });
    await flushPromises();
    expect(asked.filter((each) => each.command === 'take_order')).toHaveLength(1);
  });

  it('is still there after the window was closed', async () => {
    const { page: form } = await open(NewOrder);
    await fill(form, { 'order-name': '张老师', 'order-note': '先打电话' });
    form.unmount();
    const again = await open(NewOrder);
    expect(again.page.get<HTMLInputElement>(T('order-name')).element.value).toBe('张老师');
    expect(again.page.get<HTMLInputElement>(T('order-note')).element.value).toBe('先打电话');
  });

  it('keeps its appliances apart', async () => {
    const { page: form } = await open(NewOrder);
    await form.get(T('order-add-appliance')).trigger('click');
    await fill(form, { 'order-model-1': 'KFR-35', 'order-model-2': 'KFR-72' });
    await form.get(T('order-remove-1')).trigger('click');
    expect(form.get<HTMLInputElement>(T('order-model-1')).element.value).toBe('KFR-72');
  });
});

describe('the orders of the day', () => {
  it('are found by part of a name, place or phone', async () => {
    vi.useFakeTimers();
    const { page: list, asked, story } = await open(OrdersPage);
    const type = async (text: string) => {
      await list.get('input').setValue(text);
      await vi.advanceTimersByTimeAsync(200);
      await flushPromises();
    };
    expect(list.findAll(T('order-row'))).toHaveLength(5);
    story.found = { jobs: [card({ customer: '罗桂香' })], more: false, words: ['lgx'], shortened: false };
    await type('lgx');
    expect(asked.at(-1)).toEqual({ command: 'find_jobs', input: { text: 'lgx' } });
    expect(list.findAll(T('order-row'))).toHaveLength(1);
    expect(list.text()).toContain('罗桂香');
    expect(list.get(T('state-all')).text()).toBe('全部 1');
    story.found = { jobs: [], more: false, words: ['没有这个人'], shortened: false };
    await type('没有这个人');
    vi.useRealTimers();
    expect(list.text()).toContain('没有符合「没有这个人」的单');
  });

  it('are given to somebody else in place, told once, and with a way back', async () => {
    const { page: list, asked } = await open(OrdersPage);
    const told = () => asked.filter((each) => each.command === 'assign').map((each) => each.input.members);
    await list.get(T('assign')).trigger('click');
    await list.get(T('assign-田勇')).trigger('click');
    await list.get(T('assign-冉小军')).trigger('click');
    expect(told()).toEqual([]);
    await list.get(T('assign-done')).trigger('click');
    await flushPromises();
    expect(told()).toEqual([['0000TY03']]);
    expect(list.get(T('assign')).text()).toBe('田勇');
    useNotices().shown[0]?.undo?.run();
    await flushPromises();
    // By the action's own name: what somebody else changed since is not given away.
    expect(asked.filter((each) => each.command === 'undo')).toHaveLength(1);
    expect(told()).toHaveLength(1);
    expect(list.get(T('assign')).text()).toBe('冉小军');
  });

  it('are given best first, and against a grade only with a reason', async () => {
    const { page: list, asked, story } = await open(OrdersPage);
    const stop = { code: 'grade_too_low' as const, subject: text('故障难度 B，等级 D'), jump: { to: 'owner' as const } };
    story.do_suggest = ({ job }) => {
      const line = { assigned: false, fits: true, may_set_aside: false, stops: [], reasons: [text('当天空闲')] };
      const lines = [
        { ...line, member: tian },
        { ...line, member: ran, fits: false, may_set_aside: true, stops: [stop] },
      ];
      return { job, needs: [], difficulty: 'b', wished: null, lines };
    };
    await list.get(T('state-open')).trigger('click');
    await list.get(T('assign')).trigger('click');
    await flushPromises();
    const names = list.findAll('[role=checkbox]').map((each) => each.attributes('data-test'));
    expect(names).toEqual(['assign-田勇', 'assign-冉小军']);
    await list.get(T('assign-冉小军')).trigger('click');
    await flushPromises();
    await list.get(T('assign-done')).trigger('click');
    expect(asked.some((each) => each.command === 'assign')).toBe(false);
    await list.get(T('assign-reason')).setValue('人手不够，电话指导');
    await list.get(T('assign-done')).trigger('click');
    await flushPromises();
    const aside = { fact: 'override', of: 'grade', member: ran.id, reason: '人手不够，电话指导' };
    expect(asked.find((each) => each.command === 'note_on_order')?.input.fact).toEqual(aside);
    expect(asked.some((each) => each.command === 'assign')).toBe(true);
  });

  it('stay as they were when the list of members is left with Esc', async () => {
    const { page: list, asked } = await open(OrdersPage);
    await list.get(T('assign')).trigger('click');
    await list.get(T('assign-田勇')).trigger('click');
    await list.get(T('assign-田勇')).trigger('keydown', { key: 'Escape' });
    await flushPromises();
    expect(asked.some((each) => each.command === 'assign')).toBe(false);
  });

  it('show what nobody has yet', async () => {
    const { page: list } = await open(OrdersPage);
    await list.get(T('state-open')).trigger('click');
    expect(list.findAll(T('order-row'))).toHaveLength(1);
    expect(list.get(T('order-status')).attributes('data-status')).toBe('open');
  });
});

describe('a job beside the list', () => {
  it('shows where the work stands', async () => {
    const { page: panel } = await open(JobPanel, { job: card().job });
    expect(panel.get(T('panel-status')).text()).toBe('已接单');
    expect(panel.findAll(T('history-line'))).toHaveLength(2);
  });

  it('makes a claim pack of the chosen photos, those of the damage to begin with', async () => {
    const { page: panel, asked, story } = await open(JobPanel, { job: card().job });
    expect(panel.find(T('claim')).exists()).toBe(false);
    for (const stage of ['damage', 'after', 'damage']) {
      story.answer('add_photo', { job: card().job, appliance: 'A0000001', stage, picture: { base64: '', stamp: null } } as never);
    }
    await useJobs().load(card().job);
    await flushPromises();
    const ticks = panel.findAll('input[data-test^="claim-photo-"]');
    const [first, second] = ticks.map((tick) => tick.attributes('data-test')?.replace('claim-photo-', ''));
    await ticks[1]?.setValue(true);
    await ticks[2]?.setValue(false);
    await panel.get(T('claim-make')).trigger('click');
    await flushPromises();
    const input = { job: card().job, photos: [first, second], damage: null };
    expect(asked.find((each) => each.command === 'make_claim_pack')?.input).toEqual(input);
    expect(panel.get(T('claim-made')).text()).toContain('/下载/claim-7PBZ1X3T-1795230000.zip');
    expect(panel.get(T('claim-made')).text()).toContain('1 张照片的时间还没有中继回执');
  });

  it('keeps a failed reading beside the one taken after it was put right', () => {
    const failed = record({
      id: 'R1',
      found: { state: 'number', thousandths: 12_600 },
      verdict: { verdict: 'fail', class: 'a', reason: text(''), text: text('') },
    });
    const passed = record({ id: 'R2', found: { state: 'number', thousandths: 1800 }, rectified: '重新接好端子' });
    const lines = mount(ReadingLines, { props: { rows: [earthResistance({ records: [failed, passed] })] } });
    expect(lines.findAll(T('panel-reading')).map((line) => line.attributes('data-verdict'))).toEqual(['fail', 'pass']);
    expect(lines.text()).toContain('整改：重新接好端子');
    expect(lines.text()).toContain('≤ 4 Ω 合格');
  });
});

describe('the team', () => {
  it('invites a device with a code that says how long it works', async () => {
    const { page: team } = await open(TeamPage);
    await team.get(T('invite-冉小军')).trigger('click');
    await flushPromises();
    expect(team.get(T('invite-code')).text()).toBe('7K2M 9QXA');
    expect(team.get(T('invite-left')).text()).toContain('后失效');
    expect(team.get(T('invite-qr')).attributes('src')).toMatch(/^data:image\/svg/);
  });

  it('shows first who waits for a word, and gives it', async () => {
    const { page: team, asked } = await open(TeamPage);
    const rows = () => team.findAll(T('device-row')).map((row) => row.attributes('data-status'));
    expect(rows()[0]).toBe('pending');
    await team.get(T('device-confirm')).trigger('click');
    await flushPromises();
    expect(asked.at(-1)).toEqual({ command: 'set_device_status', input: { device: '5511aa22bb33cc44', status: 'active' } });
    expect(rows()).not.toContain('pending');
    expect(team.find(T('device-confirm')).exists()).toBe(false);
  });

  const LOST = `[data-device="7f3a09c2d81e4b56"] ${T('device-lost')}`;
  /** The bar hangs on the shell, beside whichever page. */
  async function openTeam() {
    const world = await open(
      { template: '<div><TeamPage v-if="here" /><LosingBar /></div>', components: { TeamPage, LosingBar }, props: ['here'] },
      { here: true },
    );
    const lost = () => world.asked.filter((each) => each.command === 'set_device_status').map((each) => each.input);
    return { ...world, lost };
  }

  it('marks a device lost only after a moment to think better of it', async () => {
    const { page: team, lost } = await openTeam();
    vi.useFakeTimers();
    await team.get(LOST).trigger('click');
    expect(team.get(T('lost-first')).text()).toContain('资料包');
    await team.get(T('lost-confirm')).trigger('click');
    await vi.advanceTimersByTimeAsync(3000);
    await team.get(T('lost-undo')).trigger('click');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(lost()).toEqual([]);
    await team.get(LOST).trigger('click');
    await team.get(T('lost-confirm')).trigger('click');
    await vi.advanceTimersByTimeAsync(9000);
    expect(lost()).toEqual([{ device: '7f3a09c2d81e4b56', status: 'lost' }]);
  });

  it('marks it lost although the page is left meanwhile, and lets it be taken back from elsewhere', async () => {
    const { page: team, lost } = await openTeam();
    vi.useFakeTimers();
    await team.get(LOST).trigger('click');
    await team.get(T('lost-confirm')).trigger('click');
    await team.setProps({ here: false });
    expect(team.find(T('lost-undo')).exists()).toBe(true);
    await vi.advanceTimersByTimeAsync(9000);
    expect(lost()).toEqual([{ device: '7f3a09c2d81e4b56', status: 'lost' }]);
    expect(team.find(T('losing')).exists()).toBe(false);
  });

  it('lets a member leave after that moment, tells what their phone holds, and takes them back', async () => {
    const { page: team, story, asked } = await openTeam();
    const said = () => asked.filter((each) => each.command === 'set_member').map((each) => each.input);
    const member = story.team.members.find((each) => each.name === '冉小军')?.id;
    vi.useFakeTimers();
    await team.get(T('leave-冉小军')).trigger('click');
    expect(document.querySelector(T('leave-holds'))?.textContent).toContain('还有没交的');
    await team.get(T('leave-confirm')).trigger('click');
    expect(team.get(T('losing')).text()).toContain('离开网点');
    await vi.advanceTimersByTimeAsync(3000);
    await team.get(T('lost-undo')).trigger('click');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said()).toEqual([]);
    await team.get(T('leave-冉小军')).trigger('click');
    await team.get(T('leave-confirm')).trigger('click');
    await vi.advanceTimersByTimeAsync(9000);
    expect(said()).toEqual([{ member, roles: null, status: 'left' }]);
    await team.get(T('back-冉小军')).trigger('click');
    await vi.advanceTimersByTimeAsync(0);
    expect(said().at(-1)).toEqual({ member, roles: null, status: 'active' });
    expect(team.find(T('leave-覃建国')).exists()).toBe(false);
  });

  it('changes what a member is, with the way back', async () => {
    const { page: team, asked } = await openTeam();
    const said = () => asked.filter((each) => each.command === 'set_member').map((each) => each.input.roles);
    await team.get(T('roles-田勇')).trigger('click');
    await flushPromises();
    await team.get(T('new-role-repairer')).trigger('click');
    await team.get(T('roles-save')).trigger('submit');
    await flushPromises();
    useNotices().shown.at(-1)?.undo?.run();
    await flushPromises();
    expect(said()).toEqual([['technician', 'repairer'], ['technician']]);
  });

  it('marks it lost after the window was closed in between, with the moment begun again', async () => {
    const { page: first } = await openTeam();
    await first.get(LOST).trigger('click');
    await first.get(T('lost-confirm')).trigger('click');
    first.unmount();
    const { page: again, lost } = await openTeam();
    expect(again.find(T('losing')).exists()).toBe(true);
    await again.get(T('lost-undo')).trigger('click');
    expect(again.find(T('losing')).exists()).toBe(false);
    expect(lost()).toEqual([]);
  });
});
