/** 田有福: a storage heater in a house without an earth. Not hung; he does not sign, 村电工老周 is witness; the maker pays the empty trip, 30 yuan. */
import assert from 'node:assert/strict';
import { core } from '../stage.mjs';
import { ended, lines } from '../taps/hand.mjs';

export const name = '田有福 拒装';

export const order = {
  kind: 'install',
  far: true,
  customer: { name: '田有福', phone: '13800001002', township: '大湾乡', address: '三组' },
  appliances: [{ kind: 'storage_heater', brand: '安泉', model: 'ES60H-D3', serial: '' }],
  symptom: '',
  note: '老房子，可能没接地',
  coverage: 'in_warranty',
  maker_order: 'AQ-261121-0113',
  details: { source: 'maker', segment: 'village' },
};

export async function play(hand, job) {
  await hand.open(job);
  await hand.sees('before-going');
  await hand.tap('next-step');
  await hand.save();
  await hand.page.waitForSelector('[data-test="before-going"]', { state: 'detached' });
  for (const step of ['depart', 'arrive']) {
    await hand.sees('next-step', 'step', step);
    await hand.tap('next-step');
  }
  await hand.sees('card-next');
  await hand.tap('card-next');
  await hand.check([['socket_polarity', 'no_earth']]);
  await hand.sees('verdict', 'verdict', 'fail');
  await hand.look('socket');
  await hand.tap('next-reading');
  await hand.check([['earth_present', 'none']]);
  await hand.sees('row-earth_present', 'verdict', 'fail');
  await hand.look('earth');
  // What a lamp has failed is said in figures.
  for (const [code, volts] of [
    ['supply_voltage', '221.0'],
    ['live_earth', '108.0'],
    ['neutral_earth', '112.0'],
  ]) {
    await hand.tap(`open-${code}`);
    await hand.measure(code, volts);
    await hand.sees(`row-${code}`, 'verdict', code === 'supply_voltage' ? 'pass' : 'fail');
  }
  await hand.tap('back');
  await hand.look('job');
  await hand.tap('section-photos');
  await hand.shoot('socket');
  await hand.lower();
  await hand.tap('back');
  await hand.tap('section-fees');
  await hand.tap('fee-more');
  await hand.sees('offer-empty_trip');
  await hand.look('fees');
  await hand.tap('offer-add-empty_trip');
  await hand.sees('fee-line');
  await hand.tap('back');
  await hand.notice('refused_unsafe');
  await hand.pick({ refused: 'yes' });
  await hand.write({ witness: '村电工老周' });
  await hand.look('notice');
  await hand.save();
  await hand.endAs('refused_unsafe');
}

export async function check(hand, job) {
  const view = await ended(hand, job, 'refused_unsafe', 0);
  const failed = view.appliances[0].readings.filter((row) => row.records.at(-1)?.verdict.verdict === 'fail');
  assert.deepEqual(failed.map((row) => row.code).sort(), ['earth_present', 'live_earth', 'neutral_earth', 'socket_polarity']);
  const volts = (code) => view.appliances[0].readings.find((row) => row.code === code).records.at(-1).found.thousandths;
  assert.deepEqual(['supply_voltage', 'live_earth', 'neutral_earth'].map(volts), [221_000, 108_000, 112_000]);
  assert.deepEqual(await lines(hand, job), { empty_trip: 30 });
  const { sums } = await core(hand.address, 'fees', { job });
  assert.deepEqual([sums.customer, sums.maker], [0, 3_000]);
  const [notice] = hand.noted('notice');
  assert.deepEqual([notice.kind, notice.refused, notice.witness, notice.signature], ['refusal', true, '村电工老周', null]);
  assert.equal(notice.readings.length, 4);
  assert.deepEqual([hand.noted('signature').length, view.photos.map((photo) => photo.stage)], [0, ['socket']]);
  assert.ok(!view.next.outcomes.includes('completed') && !view.next.outcomes.includes('hazard_remaining'));
}
