/** 覃大勇: R32, low charge, 22 km out. The joint leaks: brazed, evacuated, 870 g; 205 + 30 + 7 × 1.50 = 245.50 yuan in cash. */
import assert from 'node:assert/strict';
import { ended, lines, verdicts } from '../taps/hand.mjs';

export const name = '覃大勇 补焊加氟';

export const order = {
  kind: 'repair',
  far: true,
  customer: { name: '覃大勇', phone: '13800001005', township: '双河口镇', address: '沿河路9号' },
  appliances: [{ kind: 'air_conditioner', brand: '北岭', model: 'KFR-35GW R32', serial: '' }],
  symptom: '制冷差',
  note: '22 公里，带 R32 和检漏工具',
  coverage: 'out_of_warranty',
  details: { segment: 'village', km: 22 },
};

export async function play(hand, job) {
  await hand.arrive(job);
  await hand.check([
    ['socket_polarity', 'right'],
    ['earth_present', 'good'],
  ]);
  await hand.sees('field-serial');
  await hand.type('field-serial', 'BL35-1906-22018');
  await hand.tap('likely');
  await hand.tap('add-charge');
  await hand.pick({ gas: 'r32', leak_found: 'yes' });
  await hand.write({ leak_at: '室外机接头' });
  await hand.pick({ welded: 'yes', charged_when_welding: 'no', evacuation: 'pump' });
  await hand.write({ minutes: '18', before_kpa: '310', grams: '870', after_kpa: '820' });
  await hand.look('charge');
  await hand.save();
  // A circuit that was opened is measured: its rows came with the record.
  await hand.tap('sheet-next');
  await hand.check([
    ['vacuum_gauge', '98'],
    ['vacuum_hold', '6'],
    ['vacuum', '18'],
    ['leak_test', 'none'],
    ['running_current', '5.00'],
  ]);
  await hand.look('no nameplate');
  await hand.tap('safety-plate');
  await hand.type('field-rated_milliamps', '5200');
  await hand.shoot();
  await hand.shoot();
  await hand.tap('quick-weld_and_charge');
  await hand.sees('fee-line');
  await hand.look('fees');
  await hand.tap('fee-add-all');
  await hand.tap('collect-cash');
  await hand.sign('覃大勇');
}

export async function check(hand, job) {
  const view = await ended(hand, job, 'completed', 24_550);
  assert.deepEqual(await lines(hand, job), { weld_and_charge: 205, visit: 30, distance: 10.5 });
  const [unit] = view.appliances;
  const rows = ['vacuum_gauge', 'vacuum_hold', 'vacuum', 'leak_test', 'running_current'];
  for (const row of ['socket_polarity', 'earth_present', ...rows]) assert.equal(verdicts(unit)[row], 'pass', row);
  assert.deepEqual([unit.serial, unit.fault, unit.cause].map(Boolean), [true, true, true]);
  const [charge] = hand.noted('charge');
  assert.deepEqual([charge.gas, charge.leak_found, charge.leak_at, charge.welded], ['R32', true, '室外机接头', true]);
  assert.deepEqual([charge.grams, charge.before_kpa, charge.after_kpa, charge.evacuation], [870, 310, 820, 'pump']);
  assert.equal(charge.charged_when_welding, false);
  assert.ok(view.photos.some((photo) => photo.stage === 'joint'));
}
