/** What was noted is read where it was entered, and corrected from there (R12, R14, R24, R32); who comes along. */
import { flushPromises } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { record } from '../../../test/builders';
import { openStory } from '../../../test/door';
import { facts, job, onePageEach, open, seen, tap, type } from '../../../test/page';
import JobPage from '../JobPage.vue';
import SheetPage from '../SheetPage.vue';

onePageEach();

const submit = async (name: string) => {
  seen(`form-${name}`)?.dispatchEvent(new Event('submit'));
  await flushPromises();
};

function withCharge() {
  const world = openStory();
  const view = world.story.do_job({ job });
  const [unit] = view.appliances;
  if (unit) unit.kind = 'air_conditioner';
  view.noted.charges = [
    {
      ...{ id: 'C0000001', appliance: 'A0000001', gas: 'R32', leak_found: true, leak_at: '室内机接头', welded: true },
      ...{ charged_when_welding: false, grams: 780, before_kpa: 0, after_kpa: 820, evacuation: 'pump', minutes: 20, by: '冉小军' },
      at: view.now,
    },
  ];
  return world;
}

describe('work on the circuit', () => {
  it('is read back with its figures', async () => {
    await open(SheetPage, withCharge());
    const said = seen('noted-charge')?.textContent?.replace(/\s+/g, ' ') ?? '';
    for (const each of ['R32', '780 g', '0 → 820 kPa', '漏点：室内机接头', '动过火', '20 分钟', '冉小军']) expect(said).toContain(each);
  });

  it('is corrected from what stands there, and what stood there stays', async () => {
    const world = await open(SheetPage, withCharge());
    await tap('correct-charge');
    expect((seen('mend-grams') as HTMLInputElement).value).toBe('780');
    await type('mend-grams', '870');
    await submit('charge');
    expect(facts(world)).toMatchObject([{ fact: 'charge', gas: 'R32', grams: 870, minutes: 20, leak_at: '室内机接头' }]);
    expect(document.querySelectorAll('[data-test="noted"]')).toHaveLength(2);
    expect(seen('noted-charge')?.textContent).toContain('已更正，留底');
  });
});

describe('an old part', () => {
  it('is read back beside its part and corrected from there', async () => {
    const world = await open(SheetPage);
    await tap('part-offer-AQ-MF-63');
    await tap('part-old', 'mend-old_step-tagged');
    await type('mend-tag', 'J1');
    await type('mend-due', '2026-12-05');
    await submit('old_part');
    expect(seen('part-old-noted')?.textContent).toBe('旧件：挂牌返厂 · J1 · 2026年12月5日前寄回');
    await tap('part-old');
    expect((seen('mend-tag') as HTMLInputElement).value).toBe('J1');
    await type('mend-tag', 'J12');
    await submit('old_part');
    expect(facts(world).at(-1)).toMatchObject({ fact: 'old_part', step: 'tagged', tag: 'J12' });
    expect(seen('part-old-noted')?.textContent).toContain('J12');
  });
});

describe('a hazard', () => {
  it('of a condemned heater is written down, and read back', async () => {
    const world = await open(SheetPage);
    await tap('add-hazard');
    await type('mend-text', '燃气热水器装在浴室，已超年限');
    await type('mend-hazard_action', '关阀');
    await tap('mend-unplugged-yes', 'mend-tagged-yes');
    expect((seen('mend-recheck') as HTMLInputElement | null)?.value, 'by the rule of the outlet').toBe('2026-11-28');
    await submit('hazard');
    expect(facts(world)).toMatchObject([{ fact: 'hazard', remaining: true, unplugged: true, tagged: true, households: 1 }]);
    const said = seen('noted-hazard')?.textContent ?? '';
    for (const each of ['未消除', '燃气热水器装在浴室', '关阀', '2026年11月28日复查']) expect(said).toContain(each);
  });

  it('that was put right has its readings before and after, and the households', async () => {
    const world = openStory();
    const earth = world.story.do_job({ job }).appliances[0]?.readings[0];
    const failed = { verdict: 'fail', class: 'a', reason: { zh: '', en: '' }, text: { zh: '', en: '' } } as const;
    if (earth) earth.records = [record({ id: 'R0000001', verdict: failed }), record({ id: 'R0000002' })];
    await open(SheetPage, world);
    await tap('add-hazard', 'mend-remaining-no');
    expect(seen('mend-recheck'), 'nothing is left to look at again').toBeNull();
    await type('mend-text', '地线断');
    await type('mend-hazard_action', '重接地线');
    await type('mend-households', '2');
    await submit('hazard');
    const put = { remaining: false, before: 'R0000001', after: 'R0000002', households: 2, recheck: null, unplugged: false };
    expect(facts(world)).toMatchObject([put]);
  });
});

describe('who comes along', () => {
  it('is added by name or account, and taken back', async () => {
    const world = await open(JobPage);
    await tap('crew', 'mate-田勇');
    await type('crew-name', '小工老李');
    await tap('crew-add');
    expect(facts(world)).toMatchObject([
      { fact: 'crew', member: '0000TY03', name: '', left: false },
      { fact: 'crew', member: null, name: '小工老李', left: false },
    ]);
    expect(seen('crew')?.textContent).toContain('田勇、小工老李');
    await tap('crew-left');
    expect(facts(world).at(-1)).toMatchObject({ member: '0000TY03', left: true });
    expect(seen('mate-田勇'), 'and may come after all').not.toBeNull();
  });

  it('is read by whoever may not write the sheet', async () => {
    const world = openStory();
    const view = world.story.do_job({ job });
    view.may_write = false;
    view.noted.crew = [{ member: null, name: '小工老李' }];
    await open(JobPage, world);
    expect(seen('crew')?.textContent).toContain('小工老李');
    expect(seen('crew')?.tagName).toBe('P');
  });
});
