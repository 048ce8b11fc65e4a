import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import { useNotices } from '@/stores/notices';
import { owner, ran, tian } from '../../../test/builders';
import { openStory, T } from '../../../test/door';
import RosterSection from './RosterSection.vue';

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  document.body.innerHTML = '';
});

async function open() {
  const world = openStory('owner');
  page = mount(RosterSection, {
    props: { members: [ran, tian, owner] },
    global: { plugins: world.plugins, stubs: { Teleport: true, Transition: true } },
    attachTo: document.body,
  });
  await flushPromises();
  const shown = page;
  await shown.get(T('papers-冉小军')).trigger('click');
  await flushPromises();
  const told = () =>
    world.asked.filter((each) => each.command === 'note_on_roster').map((each) => each.input.fact as Record<string, unknown>);
  const submit = async () => {
    await shown.get('form').trigger('submit');
    await flushPromises();
  };
  const undo = async () => {
    useNotices().shown.at(-1)?.undo?.run();
    await flushPromises();
  };
  return { ...world, page: shown, told, submit, undo };
}

describe('the roster', () => {
  it('says first what has to be renewed', async () => {
    const { page: roster } = await open();
    expect(roster.findAll(T('renewal')).map((each) => each.text())).toEqual(['田勇 · 低压电工证 · 30 天内']);
    expect(roster.get(`${T('person')}[data-member="冉小军"]`).text()).toContain('4.87 分（31 人评价）');
  });

  it('takes a certificate in by its days, and withdraws it again', async () => {
    const { page: roster, told, submit, undo } = await open();
    await roster.get(T('kind-welding')).trigger('click');
    await roster.get(T('paper-number')).setValue('H-77');
    await roster.get(T('paper-expires')).setValue('2027-11-21');
    await submit();
    const paper = { fact: 'certificate', member: ran.id, kind: 'welding', number: 'H-77', expires: Date.UTC(2027, 10, 20, 16) };
    expect(told()).toMatchObject([{ ...paper, withdrawn: false }]);
    expect(roster.findAll(T('paper-line'))).toHaveLength(2);
    await undo();
    expect(told()[1]).toMatchObject({ ...paper, withdrawn: true });
    expect(roster.findAll(T('paper-line'))).toHaveLength(1);
  });

  it('takes a reward only as an amount', async () => {
    const { page: roster, told, submit } = await open();
    await roster.get(T('tab-event')).trigger('click');
    await roster.get(T('event-reward')).trigger('click');
    await roster.get(T('event-text')).setValue('零投诉');
    const save = () => roster.get<HTMLButtonElement>(T('event-save')).element;
    for (const wrong of ['1e3', '12.345', '十元']) {
      await roster.get(T('event-yuan')).setValue(wrong);
      expect(save().disabled, wrong).toBe(true);
    }
    await roster.get(T('event-yuan')).setValue('1,200.5');
    await submit();
    expect(told()).toMatchObject([{ fact: 'event', event: 'reward', fen: 120_050 }]);
  });

  it('gives a grade, and the one before back', async () => {
    const { page: roster, told, submit, undo } = await open();
    await roster.get(T('tab-grade')).trigger('click');
    await roster.get(T('grade-a_plus')).trigger('click');
    await submit();
    await undo();
    expect(told().map((fact) => fact.grade)).toEqual(['a_plus', 'a']);
  });

  it('writes a penalty in fen, takes it back, and takes the taking back back', async () => {
    const { page: roster, told, submit, undo } = await open();
    await roster.get(T('tab-event')).trigger('click');
    await roster.get(T('event-penalty')).trigger('click');
    await roster.get(T('event-text')).setValue('未出示公示卡');
    await roster.get(T('event-yuan')).setValue('30.5');
    await submit();
    expect(told()[0]).toMatchObject({ fact: 'event', event: 'penalty', text: '未出示公示卡', fen: 3050 });
    expect(roster.findAll(T('event-line'))).toHaveLength(2);
    await roster.findAll(T('event-back'))[0]?.trigger('click');
    await flushPromises();
    expect(roster.findAll(T('event-line'))).toHaveLength(1);
    await undo();
    expect(told().map((fact) => fact.fact)).toEqual(['event', 'take_back', 'take_back']);
    expect(roster.findAll(T('event-line'))).toHaveLength(2);
  });

  it('moves an instrument away and back', async () => {
    const { page: roster, asked, told, undo } = await open();
    await roster.get(T('tab-kit')).trigger('click');
    await roster.get(T('kit-remove')).trigger('click');
    await flushPromises();
    expect(asked.find((each) => each.command === 'remove_kit')?.input).toEqual({ kit: 'K0000001' });
    expect(roster.findAll(T('kit-line'))).toHaveLength(0);
    await undo();
    expect(told()).toMatchObject([{ fact: 'kit', instrument: '兆欧表 ZC25', number: 'K1' }]);
  });
});
