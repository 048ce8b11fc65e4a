/**
 * 杨光荣: asks the repairer directly, a television with sound and no picture. Taken on the phone as a walk-in, no loaner there; at the
 * bench three strips, 3 × 45 + 150 = 285 yuan, agreed to by phone. It waits for its return.
 */
import assert from 'node:assert/strict';
import { given, until } from '../round.mjs';
import { core } from '../stage.mjs';
import { lines } from '../taps/hand.mjs';

export const name = '杨光荣 电视台修';

const STRIP = 'JS-DT-65';

export async function play(hand) {
  await hand.tap('open-walk-in');
  for (const [field, text] of [
    ['phone', '13800001009'],
    ['name', '杨光荣'],
    ['township', '高店子镇'],
    ['address', '粮站旁'],
  ])
    await hand.type(`walk-in-${field}`, text);
  await hand.tap('walk-in-kind-unit_pickup');
  await hand.tap('walk-in-appliance');
  await hand.page.locator('[data-test="walk-in-appliance"]').selectOption('television');
  await hand.type('walk-in-brand', '晶视');
  await hand.type('walk-in-model', '65E3');
  await hand.type('walk-in-symptom', '有声无图');
  await hand.look('walk-in');
  await hand.tap('walk-in-take');
  await hand.page.waitForURL(/\/field\/job\/[^/]+$/);
  const job = hand.page.url().split('/').at(-1);
  await until('the walk-in', () => core(given.desk, 'job', { job }));
  await core(given.desk, 'adopt_walk_in', { job });
  await hand.look('job');
  for (const step of ['depart', 'arrive']) {
    await hand.sees('next-step', 'step', step);
    await hand.tap('next-step');
  }
  await hand.sees('card-next');
  await hand.tap('card-next');
  await hand.sees('bench-next');
  await hand.look('bench');
  await hand.tap('bench-without_loaner');
  await hand.pick({ why: 'none_available' });
  await hand.day('promised', new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
  await hand.look('no loaner');
  await hand.save();
  await hand.sees('bench-next', 'step', 'take');
  await hand.tap('bench-next');
  await hand.write({ tag: 'DS-1121' });
  await hand.tap('mend-save');
  await hand.sees('bench-finish');
  await hand.tap('bench-photos');
  for (const stage of ['nameplate', 'before']) await hand.shoot(stage);
  await hand.look('finish');
  await hand.tap('finish-confirm');
  await hand.page.waitForURL(/\/field\/job\/[^/]+$/);
  await repair(hand.address, job);
  return job;
}

/** The repairer's part: received, found, quoted, agreed to by phone, repaired, told. */
async function repair(address, job) {
  const view = await core(address, 'job', { job });
  const appliance = view.appliances[0].id;
  const note = (fact) => core(address, 'note_fact', { job, claimed: null, fact });
  await note({ fact: 'custody', appliance, step: 'received', tag: 'DS-1121', place: '维修台 1', condition: '外观完好', carried_in: false });
  const { id: diagnosis } = await note({
    fact: 'diagnosis',
    appliance,
    cause: '背光灯条三根烧坏',
    level: 'component',
    repairable: true,
  });
  const priced = { level: 'component', total_fen: 28_500, other_level: null, other_fen: null, days: 1 };
  const { id: quote } = await note({ fact: 'quote', appliance, diagnosis, ...priced });
  await note({
    fact: 'consent',
    quote,
    yes: true,
    who: '杨光荣',
    channel: 'phone',
    cost_fen: 28_500,
    days: 1,
    spoken: Date.now() - 60_000,
  });
  const used = await core(address, 'use_part', { job, appliance, code: STRIP, name: '背光灯条', quantity: 3, guide_fen: 4_500 });
  const fee = (kind, code, named, quantity, unit_fen, part) => ({
    ...{ fact: 'fee', appliance, kind, code, name: named, quantity, unit_fen, share: 1_000, guide_fen: unit_fen },
    ...{ payer: 'customer', reason: '', part, adjusts: null, quote, spoken_code: '' },
  });
  await note(fee('part', STRIP, '背光灯条', 3_000, 4_500, used.parts.find((part) => part.code === STRIP).id));
  await note(fee('labour', 'labour_strips', '换灯条', 1_000, 15_000, null));
  await note({ fact: 'bench', appliance, work: 'repaired', text: '换三根灯条', level: 'component', channel: null, part: null });
  await note({ fact: 'bench', appliance, work: 'informed', text: '', level: null, channel: 'phone', part: null });
}

export async function check(hand, job) {
  const view = await hand.job(job);
  assert.deepEqual([view.card.outcome, view.card.finished_at, view.loaners], ['taken_to_bench', null, []]);
  assert.deepEqual(await lines(hand, job), { [STRIP]: 135, labour_strips: 150 });
  const fees = await core(hand.address, 'fees', { job });
  assert.deepEqual([fees.sums.customer, fees.problems], [28_500, []]);
  const [without] = hand.noted('without_loaner');
  assert.equal(without.why, 'none_available');
  assert.ok(without.promised > view.now, 'promised');
  const passed = view.nodes.filter((node) => node.at !== null).map((node) => node.kind);
  for (const node of ['taken', 'received', 'diagnosed', 'quoted', 'consented', 'repaired', 'informed'])
    assert.ok(passed.includes(node), node);
  assert.ok(!passed.includes('loaner_placed') && !passed.includes('returned'));
  assert.deepEqual(view.photos.map((photo) => photo.stage).sort(), ['before', 'nameplate']);
  assert.ok(!view.next.outcomes.includes('completed'), 'not while the unit is away');
}
