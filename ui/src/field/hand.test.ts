/** What was found slow or unclear by hand: saves under way, fixes that fit, the way out of a danger, words of the trade. */
import { flushPromises } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openStory, T } from '../../test/door';
import { row } from '../../test/builders';
import { close, facts, job, onePageEach, open, seen, tap, type World } from '../../test/page';
import { speak } from '@/i18n';
import FinishPage from './FinishPage.vue';
import JobPage from './JobPage.vue';
import SafetyPage from './SafetyPage.vue';
import SheetPage from './SheetPage.vue';
import './noted/HazardsNoted.vue';

onePageEach();
afterEach(() => speak('zh'));

/** A slow phone: what saves a field or a service waits until it is let go. */
function slow(...commands: string[]): () => Promise<void> {
  const quick = globalThis.fetch;
  const held: (() => void)[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (commands.some((command) => url.endsWith(`/${command}`))) await new Promise<void>((go) => held.push(go));
    return quick(url, init);
  });
  return async () => {
    while (held.length > 0) {
      held.shift()?.();
      await flushPromises();
    }
  };
}

async function leave(field: string, value: string): Promise<void> {
  const box = seen(`field-${field}`) as HTMLInputElement;
  box.value = value;
  box.dispatchEvent(new Event('input'));
  box.dispatchEvent(new Event('blur'));
  await flushPromises();
}

const place = ({ router }: World) => router.currentRoute.value.fullPath;

describe('a save under way', () => {
  it('comes before the next step, which leads where the core then says', async () => {
    const world = openStory();
    const view = world.story.do_job({ job });
    view.next = { ...view.next, step: 'check_safety' };
    Object.assign(world.story, {
      do_write_field: () => {
        view.next = { ...view.next, step: 'fill_sheet' };
        return view;
      },
    });
    const opened = await open(SheetPage, world);
    const go = slow('write_field');
    await leave('serial', 'AQ2611');
    await tap('sheet-next');
    expect(place(opened), 'not back to the check').toBe('/');
    await go();
    expect(place(opened)).toBe(`/field/job/${job}/fees`);
  });

  it('of three fields is one: the last is waited for as well', async () => {
    const world = await open(SheetPage);
    const go = slow('write_field');
    await tap('likely', 'sheet-next');
    expect(place(world)).toBe('/');
    await go();
    expect(world.asked.filter(({ command }) => command === 'write_field')).toHaveLength(3);
    expect(place(world)).not.toBe('/');
  });

  it('of a service comes before the end', async () => {
    const world = openStory();
    const view = world.story.do_job({ job });
    view.next = { ...view.next, step: 'finish', blockers: [], outcomes: ['completed'], others: [] };
    Object.assign(world.story, { do_answer_service: () => view });
    await open(FinishPage, world);
    const go = slow('answer_service');
    await tap('services-all', 'finish-confirm');
    expect(world.asked.map(({ command }) => command)).not.toContain('finish');
    await go();
    const order = world.asked.map(({ command }) => command).filter((command) => ['answer_service', 'finish'].includes(command));
    expect(order).toEqual(['answer_service', 'answer_service', 'finish']);
  });
});

/** A gas heater over its age, the visit on its way. */
function overAge(): World {
  const world = openStory();
  for (const tap of ['depart', 'arrive']) world.story.answer('tap_node', { tap } as never);
  const [unit] = world.story.do_job({ job }).appliances;
  const age = row({ code: 'gas_age', class: 'c', fixes: [], mended_by_repair: false });
  if (unit) unit.readings = [age, ...unit.readings];
  world.story.answer('record_reading', { code: 'gas_age', method: '', found: { state: 'choice', option: 'wrong' } } as never);
  return world;
}

describe('a failure', () => {
  it('that nothing mends offers no remedy but the ways to end the visit', async () => {
    const { page } = await open(SafetyPage, overAge(), '/?code=gas_age');
    expect(page.findAll(T('fix'))).toEqual([]);
    expect(seen('rectify-gas_age'), 'what was read wrongly can be read again').not.toBeNull();
    expect(seen('end-refused_unsafe')).not.toBeNull();
  });

  it('ends the visit from where it was found: the notice, and then the end with its outcome', async () => {
    const world = await open(SafetyPage, overAge(), '/?code=gas_age');
    await tap('end-refused_unsafe');
    expect(seen('form-notice')).not.toBeNull();
    await tap('mend-refused-yes');
    const witness = seen('mend-witness') as HTMLInputElement;
    witness.value = '村电工老周';
    witness.dispatchEvent(new Event('input'));
    await flushPromises();
    seen('form-notice')?.dispatchEvent(new Event('submit'));
    await flushPromises();
    expect(facts(world)).toMatchObject([{ fact: 'notice', kind: 'refusal', refused: true, witness: '村电工老周' }]);
    expect(place(world)).toBe(`/field/job/${job}/finish?outcome=refused_unsafe`);
  });

  it('comes to the end with the outcome picked', async () => {
    const world = overAge();
    world.story.answer('note_fact', { fact: { fact: 'notice', kind: 'refusal' } } as never);
    await open(FinishPage, world, '/?outcome=refused_unsafe');
    expect(seen('outcome-refused_unsafe')?.getAttribute('aria-checked')).toBe('true');
  });

  it('is kept with the remedy in the words of the trade, and read in one’s own', async () => {
    await speak('en');
    const world = openStory();
    world.story.answer('record_reading', { code: 'socket_polarity', method: '', found: { state: 'choice', option: 'wrong' } } as never);
    await open(SafetyPage, world, '/?code=socket_polarity');
    await tap('fix');
    expect(seen('retest')?.textContent).toContain('Terminal tightened');
    await tap('choice-right');
    expect(world.asked.at(-1)?.input).toMatchObject({ rectified: '重新接好端子' });
  });
});

describe('a pick of the list', () => {
  it('is stored as the trade writes it and read in this device’s language', async () => {
    await speak('en');
    const world = await open(SheetPage);
    const wrote = () => world.asked.filter(({ command }) => command === 'write_field').map(({ input }) => input.value);
    await tap('likely');
    expect(wrote()).toEqual(['进水接头漏', '密封圈老化', '换密封圈']);
    expect((seen('field-cause') as HTMLInputElement).value).toBe('Seal aged');
    await leave('cause', 'Frozen in winter');
    expect(wrote().at(-1), 'what is typed stays as it is').toBe('Frozen in winter');
  });
});

describe('a set', () => {
  it('is told what each unit’s own photos lack', async () => {
    const world = openStory();
    const view = world.story.do_job({ job });
    const [first] = view.appliances;
    if (first) view.appliances.push({ ...first, id: 'A0000002', kind: 'washing_machine', slots: [] });
    await open(JobPage, world);
    expect(seen('section-photos')?.getAttribute('href')).toContain('appliance=A0000001');
    close();
    await open(SheetPage, world, '/?appliance=A0000002');
    expect(seen('slot-nameplate'), 'a washer has no slots of the heater’s').toBeNull();
    await tap('appliance-1');
    expect(seen('slot-nameplate')).not.toBeNull();
  });
});
