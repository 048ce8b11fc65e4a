/** 彭秀兰: a storage heater that trips, 保外. Element, rod and seal are replaced; insulation 0.3 → 60 MΩ; 260 yuan in cash. */
import assert from 'node:assert/strict';
import { ended } from './hand.mjs';

export const name = 'repair 保外';
export const budget = 23;

export const order = {
  kind: 'repair',
  customer: { name: '彭秀兰', phone: '13800001003', township: '石桥铺镇', address: '老街27号' },
  appliances: [{ kind: 'storage_heater', brand: '安泉', model: 'ES50H-A1', serial: '' }],
  symptom: '跳闸',
  coverage: 'out_of_warranty',
};

const PARTS = ['AQ-RG-2000', 'AQ-MB-M6', 'AQ-MF-63'];

export async function play(hand, job) {
  await hand.arrive(job);
  await hand.check([
    ['socket_polarity', 'right'],
    ['earth_resistance', '2.60'],
    ['earth_live', '0.4'],
    ['rcd_button', 'trips'],
    ['insulation_appliance', '0.30'],
  ]);
  await hand.sees('verdict', 'verdict', 'fail');
  await hand.tap('fix');
  await hand.sees('retest');
  await hand.check([
    ['insulation_appliance', '60.00'],
    ['water_full_first', 'yes'],
    ['safety_valve', 'clear'],
  ]);
  await hand.sees('field-serial');
  await hand.type('field-serial', 'AQ50-2103-4471');
  await hand.tap('likely');
  await hand.sees('mark-action', 'state', 'saved');
  for (const part of PARTS) await hand.during('use_part', () => hand.tap(`part-offer-${part}`));
  // With the last of them the sheet has all it wants, and the fees follow by themselves.
  await hand.shoot();
  await hand.shoot();
  await hand.tap('quick-labour_element');
  await hand.sees('fee-add-all');
  await hand.tap('fee-add-all');
  await hand.tap('collect-cash');
  await hand.sees('services-all');
  await hand.tap('services-all');
  await hand.type('sign-name', '彭秀兰');
  await hand.tap('finish-confirm');
  await hand.sees('job-finished');
}

export async function check(hand, job) {
  const view = await ended(hand, job, 'completed', 26_000);
  assert.deepEqual(
    view.appliances[0].readings.find((row) => row.code === 'insulation_appliance').records.map((record) => record.verdict.verdict),
    ['fail', 'pass'],
  );
  assert.deepEqual(view.parts.map((part) => part.code).sort(), [...PARTS].sort());
  assert.equal(view.card.services_done, 5);
}
