/** 罗桂香: a wall unit is installed, 国补, at height; 228 → 219 V, earth good; pipe 1.5 m, bracket and height: 385 yuan by the code. */
import assert from 'node:assert/strict';
import { ended } from './hand.mjs';

export const name = 'install 挂机 1+5';
export const budget = 42;

export const order = {
  kind: 'install',
  customer: { name: '罗桂香', phone: '13800001001', township: '城关镇', address: '南门小区 3-1-502' },
  appliances: [{ kind: 'air_conditioner', brand: '北岭', model: 'KFR-35GW/BP3N1', serial: '' }],
  symptom: '',
  coverage: 'in_warranty',
  maker_order: 'BL-261121-0071',
  details: { subsidised: true, at_height: true, source: 'maker', segment: 'town' },
};

const PHOTOS = 11;

export async function play(hand, job) {
  await hand.open(job);
  await hand.sees('before-going');
  await hand.tap('next-step');
  await hand.tap('mend-save');
  await hand.sees('next-step', 'step', 'depart');
  await hand.page.waitForSelector('[data-test="before-going"]', { state: 'detached' });
  await hand.tap('next-step');
  await hand.sees('next-step', 'step', 'arrive');
  await hand.tap('next-step');
  await hand.sees('card-next');
  await hand.tap('card-next');
  await hand.look('lamps');
  await hand.lampsNormal();
  await hand.check([
    ['supply_voltage', '228.0'],
    ['wire_section', '4.0'],
    ['breaker_match', '16'],
  ]);
  // Neither wire nor breaker is judged before the nameplate's power is known, and nothing is measured after them.
  await hand.tap('safety-plate');
  await hand.type('field-rated_watts', '1090');
  await hand.type('field-rated_milliamps', '5200');
  await hand.tap('sheet-next');
  await hand.check([
    ['insulation_appliance', '50.00'],
    ['vacuum_gauge', '99'],
    ['vacuum_hold', '6'],
    ['vacuum', '18'],
    ['leak_test', 'none'],
    ['loaded_voltage_drop', '219.0'],
    ['running_current', '5.10'],
    ['air_delta', '11.2'],
  ]);
  await hand.sees('shoot-next');
  for (let shot = 0; shot < PHOTOS; shot += 1) await hand.shoot();
  await hand.tap('quick-pipe_wall_unit');
  await hand.keys('1.5');
  await hand.tap('pad-save');
  await hand.tap('fee-more');
  await hand.tap('offer-add-bracket');
  await hand.sees('fee-add-all');
  await hand.tap('fee-add-all');
  await hand.tap('collect-qr');
  await hand.tap('collect-received');
  await hand.sees('services-all');
  await hand.tap('services-all');
  await hand.type('sign-name', '罗桂香');
  await hand.tap('finish-confirm');
  await hand.sees('job-finished');
}

export async function check(hand, job) {
  const view = await ended(hand, job, 'completed', 38_500);
  const last = (code) => view.appliances[0].readings.find((row) => row.code === code).records.at(-1);
  assert.deepEqual([last('supply_voltage').found.thousandths, last('loaded_voltage_drop').found.thousandths], [228_000, 219_000]);
  assert.ok(view.appliances[0].readings.filter((row) => row.required).every((row) => row.records.at(-1).verdict.verdict === 'pass'));
  const tester = view.photos.filter((photo) => photo.stage === 'tester');
  assert.equal(tester.length, 1, 'one photo of the socket tester');
  assert.deepEqual(
    ['socket_polarity', 'earth_present'].map((code) => last(code).method.code),
    ['socket_tester', 'socket_tester'],
  );
  assert.equal(new Set(view.photos.map((photo) => photo.stage)).size, PHOTOS + tester.length);
  assert.equal(view.card.services_done, 5);
}
