import { mount } from '@vue/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { at, card, deed, earthResistance, job, NOW, photo, record, text } from '../../test/builders';
import { chip } from '../../test/outletBuilders';
import BlockerList from './BlockerList.vue';
import HistoryList from './HistoryList.vue';
import JobCardItem from './JobCardItem.vue';
import NodeLine from './NodeLine.vue';
import NoticeStack from './NoticeStack.vue';
import NumberPad from './NumberPad.vue';
import PhotoTile from './PhotoTile.vue';
import PictureView from './PictureView.vue';
import SaveField from './SaveField.vue';
import ServicesStrip from './ServicesStrip.vue';
import SyncBadge from './SyncBadge.vue';
import VerdictBanner from './VerdictBanner.vue';

const T = (name: string) => `[data-test="${name}"]`;

describe('the number pad', () => {
  async function keyed(keys: string[], decimals = 1): Promise<string> {
    let value = '';
    const pad = mount(NumberPad, {
      props: {
        modelValue: value,
        decimals,
        saveLabel: '记下',
        ready: true,
        busy: false,
        'onUpdate:modelValue': (next: string) => {
          value = next;
          void pad.setProps({ modelValue: next });
        },
      },
    });
    for (const key of keys) await pad.get(T(`pad-${key}`)).trigger('click');
    return value;
  }

  it('writes what is keyed', async () => {
    expect(await keyed(['1', '2', 'point', '6'])).toBe('12.6');
  });

  it('takes no second point, no leading zeros and no more decimals than the row has', async () => {
    expect(await keyed(['0', '5', 'point', 'point', '2', '9'])).toBe('5.2');
    expect(await keyed(['point', '5'])).toBe('0.5');
    expect(await keyed(['1', '2', 'back'])).toBe('1');
  });

  it('saves nothing before there is something to save', async () => {
    const pad = mount(NumberPad, { props: { modelValue: '', decimals: 1, saveLabel: '记下', ready: false, busy: false } });
    expect(pad.get<HTMLButtonElement>(T('pad-save')).element.disabled).toBe(true);
  });
});

describe('a verdict', () => {
  it('is said in a word, with its class and what to do', () => {
    const banner = mount(VerdictBanner, {
      props: { value: '12.6 Ω', verdict: { verdict: 'fail', class: 'a', reason: text('12.6 Ω，高于 4 Ω'), text: text('整改后重测') } },
    });
    expect(banner.text()).toContain('不合格');
    expect(banner.text()).toContain('A 类');
    expect(banner.get(T('verdict-reason')).text()).toBe('12.6 Ω，高于 4 Ω');
    expect(banner.text()).toContain('整改后重测');
    expect(banner.attributes('role')).toBe('status');
  });
});

describe('a field that saves itself', () => {
  const props = { label: '机号', name: 'serial', saved: '', typed: undefined };

  it('saves when the hand leaves it, and not when nothing changed', async () => {
    const field = mount(SaveField, { props });
    await field.get('input').trigger('blur');
    expect(field.emitted('save')).toBeUndefined();
    await field.get('input').setValue(' AQ123 ');
    await field.get('input').trigger('blur');
    expect(field.emitted('save')?.[0]).toEqual(['AQ123']);
  });

  it('shows what was typed before the app closed', () => {
    expect(mount(SaveField, { props: { ...props, typed: 'AQ1' } }).get<HTMLInputElement>('input').element.value).toBe('AQ1');
  });

  it('takes another device’s value unless it is being typed over', async () => {
    const field = mount(SaveField, { props: { ...props, saved: 'old' } });
    await field.setProps({ saved: 'from the desk' });
    expect(field.get<HTMLInputElement>('input').element.value).toBe('from the desk');
    await field.get('input').trigger('focus');
    await field.get('input').setValue('mine');
    await field.setProps({ saved: 'again from the desk' });
    expect(field.get<HTMLInputElement>('input').element.value).toBe('mine');
  });

  it('says quietly that it is on this device', () => {
    expect(mount(SaveField, { props: { ...props, saved: 'AQ1', state: 'saved' } }).text()).toContain('已存本机');
  });

  it('offers what is usual, one tap each', async () => {
    const field = mount(SaveField, { props: { ...props, name: 'brand', offers: [{ value: '安泉', label: '安泉' }] } });
    await field.get(T('pick-brand')).trigger('click');
    await field.get(T('offer')).trigger('click');
    expect(field.emitted('save')?.[0]).toEqual(['安泉']);
  });
});

describe('the sync chip', () => {
  const shown = (change: Parameters<typeof chip>[0]) => mount(SyncBadge, { props: { chip: chip(change), withSize: true } }).text();

  it('says where the work is', () => {
    expect(shown({})).toBe('已同步');
    expect(shown({ state: 'waiting', changes: 2, photos: 1, bytes: 12_400_000 })).toBe('待上传 3 项 · 12.4 MB');
    expect(shown({ state: 'offline', changes: 3 })).toBe('离线 · 本机 3 项待传');
    expect(shown({ state: 'failed', stuck: 1 })).toBe('出错 · 1 项卡住');
  });
});

describe('a job in the list', () => {
  it('counts down to the arrival that was promised', () => {
    const item = mount(JobCardItem, { props: { card: card(), now: NOW } });
    expect(item.get(T('countdown')).text()).toBe('还剩 38 分');
    expect(item.text()).toContain('二类急');
  });

  it('says how late it is once the limit has passed', () => {
    expect(
      mount(JobCardItem, { props: { card: card({ arrive_by: at(-5) }), now: NOW } })
        .get(T('countdown'))
        .text(),
    ).toBe('已迟 5 分');
  });

  it('shows the time used on site against the limit', () => {
    const item = mount(JobCardItem, { props: { card: card({ arrived_at: at(-46), limit_minutes: 120, status: 'working' }), now: NOW } });
    expect(item.text()).toContain('已用 46 / 120 分');
    expect(item.get('[role=progressbar]').attributes('aria-valuenow')).toBe('38');
  });
});

describe('what blocks a job', () => {
  it('is one line each, and a tap names the place', async () => {
    const blockers = [
      {
        code: 'reading_failed' as const,
        subject: text('接地电阻'),
        jump: { to: 'reading' as const, appliance: 'A1', code: 'earth_resistance' },
      },
      { code: 'field_missing' as const, subject: null, jump: { to: 'field' as const, appliance: 'A1', field: 'serial' as const } },
    ];
    const list = mount(BlockerList, { props: { blockers } });
    expect(list.findAll(T('blocker')).map((line) => line.text())).toEqual(['接地电阻 不合格，整改后重测', '机号 还没填']);
    await list.findAll(T('blocker'))[1]?.trigger('click');
    expect(list.emitted('jump')?.[0]).toEqual([blockers[1]]);
  });
});

describe('the node line', () => {
  it('shows what has happened and when', () => {
    const line = mount(NodeLine, { props: { nodes: job().nodes } });
    expect(line.get(T('node-accepted')).attributes('data-done')).toBe('true');
    expect(line.get(T('node-finished')).attributes('data-done')).toBe('false');
  });
});

describe('a node that was entered late', () => {
  it('says when, and what followed from other records is said to', () => {
    const nodes = job().nodes.map((node) =>
      node.kind === 'card_shown' ? { ...node, at: at(-30), derived: true, entered: at(-5) } : { ...node, entered: null },
    );
    const line = mount(NodeLine, { props: { nodes } });
    expect(line.get(T('node-card_shown')).text()).toContain('补录 13:37');
    expect(line.get(T('node-card_shown')).text()).toContain('由记录得出');
    expect(line.findAll(T('node-entered'))).toHaveLength(1);
  });

  it('of a word that this version doesn’t know is shown as it is', () => {
    const nodes = [{ kind: 'beamed_up' as never, at: at(-1), by: '', derived: false, entered: null }];
    expect(mount(NodeLine, { props: { nodes } }).text()).toContain('beamed_up');
  });
});

describe('a blocker that only the owner mends', () => {
  it('is said, not tapped', async () => {
    const blockers = [{ code: 'plan_missing' as const, subject: null, jump: { to: 'owner' as const } }];
    const list = mount(BlockerList, { props: { blockers } });
    expect(list.get(T('blocker')).text()).toContain('由老板处理');
    await list.get(T('blocker')).trigger('click');
    expect(list.emitted('jump')).toBeUndefined();
  });
});

describe('the five services', () => {
  it('mark what followed from the records', () => {
    const services = job().services.map((row) => (row.service === 'test_power' ? { ...row, state: 'done' as const } : row));
    const strip = mount(ServicesStrip, { props: { services } });
    expect(strip.get(T('service-test_power')).text()).toContain('由记录得出');
    expect(strip.get(T('service-explain')).text()).toContain('未做');
  });
});

describe('a photo', () => {
  it('carries its receipt, and its progress while it moves', async () => {
    const tile = mount(PhotoTile, { props: { photo: photo(), thumbUrl: '/photo/x' } });
    expect(tile.text()).toContain('在本机');
    await tile.setProps({ moving: { done: 50, total: 200 } });
    expect(tile.text()).toContain('已传 25%');
    await tile.setProps({ moving: undefined, photo: photo({ place: 'on_relay' }) });
    expect(tile.text()).toContain('已到中继');
  });

  it('that isn’t here yet can be fetched, and Esc closes the picture', async () => {
    const view = mount(PictureView, {
      props: { photo: photo({ photo_here: false }), url: '/photo/x', fetching: false, first: true, last: true },
      attachTo: document.body,
    });
    await view.get(T('picture-fetch')).trigger('click');
    expect(view.emitted('fetch')).toHaveLength(1);
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(view.emitted('close')).toHaveLength(1);
    view.unmount();
  });
});

describe('a notice', () => {
  it('offers the way back and goes when it is taken', async () => {
    const run = vi.fn();
    const stack = mount(NoticeStack, {
      props: { notices: [{ id: 7, kind: 'done', text: '已撤掉 密封圈', undo: { label: '撤销', run } }] },
    });
    await stack.get(T('notice-undo')).trigger('click');
    expect(run).toHaveBeenCalledOnce();
    expect(stack.emitted('dismiss')).toEqual([[7]]);
  });

  it('leads to what is new, and goes with it', async () => {
    const stack = mount(NoticeStack, {
      props: { notices: [{ id: 8, kind: 'news', text: '新单：彭秀兰', go: { label: '看单', to: '/field/job/1' } }] },
    });
    await stack.get(T('notice-go')).trigger('click');
    expect(stack.emitted('go')).toEqual([['/field/job/1']]);
    expect(stack.emitted('dismiss')).toEqual([[8]]);
  });
});

describe('a reading as text', () => {
  it('has its unit, or the label of what was found', async () => {
    const { spoken } = await import('@/format/reading');
    const row = earthResistance();
    expect(spoken(row, record({ found: { state: 'number', thousandths: 12_600 } })).value).toBe('12.6 Ω');
    expect(spoken(row, record({ found: { state: 'not_measured', reason: '没有仪表' } })).reason).toBe('没有仪表');
  });
});

describe('the history', () => {
  const lines = [deed('冉小军', 'here', 'use_part'), deed('冉小军', 'here', 'record_reading')];

  it('offers to undo what may be undone, and names it', async () => {
    const list = mount(HistoryList, { props: { lines, now: NOW, mayUndo: true } });
    const offered = list.findAll(T('history-undo'));
    expect(offered.map((button) => button.attributes('aria-label'))).toEqual(['撤销：用配件']);
    await offered[0]?.trigger('click');
    expect(list.emitted('undo')).toEqual([[lines[0]]]);
  });

  it('offers nothing where nobody may write', () => {
    expect(
      mount(HistoryList, { props: { lines, now: NOW } })
        .find(T('history-undo'))
        .exists(),
    ).toBe(false);
  });
});
