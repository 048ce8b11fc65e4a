/** A proposed line that is left out on purpose, and the work of a set's units. */
import { describe, expect, it } from 'vitest';
import { openStory } from '../../../test/door';
import { job, onePageEach, open, seen, tap } from '../../../test/feesPage';
import FeesPage from './FeesPage.vue';

onePageEach();

function atTheEnd() {
  const world = openStory();
  const view = world.story.do_job({ job });
  view.next = { ...view.next, step: 'finish', blockers: [] };
  const { do_fees } = world.story;
  const answer = do_fees.bind(world.story);
  Object.assign(world.story, { do_fees: () => ({ ...answer(), problems: [] }) });
  return world;
}

describe('a proposed line', () => {
  it('may be left out on purpose: the way on stays', async () => {
    const world = await open(FeesPage, atTheEnd());
    await tap('fees-without');
    expect(world.router.currentRoute.value.fullPath).toBe(`/field/job/${job}/finish`);
  });

  it('is not passed over while something else is missing', async () => {
    await open(FeesPage, openStory());
    expect(seen('fee-add-all')).not.toBeNull();
    expect(seen('fees-without')).toBeNull();
  });
});

describe('a set', () => {
  it('offers each unit the work of its own kind', async () => {
    const world = openStory();
    const view = world.story.do_job({ job });
    const [first] = view.appliances;
    if (first) view.appliances.push({ ...first, id: 'A0000002', kind: 'washing_machine', model: 'XQG100-14' });
    const { do_fees } = world.story;
    const answer = do_fees.bind(world.story);
    const offers = answer().offers.filter((offer) => offer.kind === 'labour' || offer.kind === 'surcharge');
    const [one] = offers;
    if (!one) throw new Error('no offer');
    const many = Array.from({ length: 9 }, (_, n) => ({ ...one, code: `heater_${n}`, appliance: 'A0000001' }));
    const washer = { ...one, code: 'install_washer', appliance: 'A0000002' };
    Object.assign(world.story, { do_fees: () => ({ ...answer(), offers: [...many, washer] }) });
    await open(FeesPage, world);
    const group = seen('quick-install_washer')?.closest('[role="group"]');
    expect(group?.getAttribute('aria-label')).toContain('XQG100-14');
    expect(seen('quick-heater_0')?.closest('[role="group"]')).not.toBe(group);
  });
});
