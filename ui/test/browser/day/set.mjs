/** 谭记农家乐: a set of three by two people through concrete. Floor unit, washer and hood; holes 2 × 60 + pipe 2 × 130 = 380 yuan. */
import assert from 'node:assert/strict';
import { core, T } from '../stage.mjs';
import { ended, verdicts } from '../taps/hand.mjs';

export const name = '谭记农家乐 成套';

export const order = {
  kind: 'install',
  far: true,
  customer: { name: '谭记农家乐', phone: '13800001008', township: '红岩乡', address: '农家乐' },
  appliances: [
    { kind: 'air_conditioner', brand: '北岭', model: 'KFR-72LW', serial: '' },
    { kind: 'washing_machine', brand: '云浣', model: 'XQG100-14', serial: '' },
    { kind: 'range_hood', brand: '凌越', model: 'CXW-220', serial: '' },
  ],
  symptom: '',
  note: '成套，两个人去，混凝土墙打孔',
  coverage: 'in_warranty',
  maker_order: 'BL-261121-0088',
  crew: ['小邓'],
  details: { source: 'maker', segment: 'set' },
};

/** What the core says: the page may still show the slot that was just filled. */
async function lacksPhotos(hand, job) {
  const { appliances } = await core(hand.address, 'job', { job });
  return appliances.some((unit) => unit.next_photo !== null);
}

export async function play(hand, job) {
  await hand.open(job);
  await hand.sees('before-going');
  await hand.tap('next-step');
  await hand.save();
  await hand.page.waitForSelector(T('before-going'), { state: 'detached' });
  for (const step of ['depart', 'arrive']) {
    await hand.sees('next-step', 'step', step);
    await hand.tap('next-step');
  }
  await hand.sees('card-next');
  await hand.tap('card-next');
  await hand.check([
    ['socket_polarity', 'right'],
    ['earth_present', 'good'],
    ['supply_voltage', '224.0'],
    ['wire_section', '4.0'],
    ['breaker_match', '16'],
  ]);
  await hand.look('no nameplate');
  await hand.tap('safety-plate');
  await hand.type('field-rated_watts', '2180');
  await hand.type('field-rated_milliamps', '10200');
  await hand.tap('sheet-next');
  await hand.check([
    ['insulation_appliance', '50.00'],
    ['vacuum_gauge', '99'],
    ['vacuum_hold', '6'],
    ['vacuum', '18'],
    ['leak_test', 'none'],
    ['loaded_voltage_drop', '216.0'],
    ['running_current', '10.40'],
    ['air_delta', '11.2'],
    // The washer.
    ['socket_polarity', 'right'],
    ['earth_present', 'good'],
    ['supply_voltage', '224.0'],
    ['rcd_button', 'trips'],
    ['earth_continuity', '0.060'],
    ['insulation_appliance', '80.00'],
    ['leak_test', 'none'],
    ['transport_bolts', 'out'],
    ['drain_height', '78'],
    ['spin', 'steady'],
    // The hood.
    ['socket_polarity', 'right'],
    ['earth_present', 'good'],
  ]);
  await hand.sees('shoot-next');
  await hand.look('photos');
  while (await lacksPhotos(hand, job)) await hand.shoot();
  await hand.look('fees');
  for (const item of ['hole_concrete', 'pipe_floor_unit']) {
    await hand.tap('fee-more');
    await hand.tap(`offer-${item}`);
    await hand.sees('fee-form');
    await hand.keys('2');
    await hand.look(item);
    await hand.tap('pad-save');
    await hand.page.waitForSelector(T('fee-add'), { state: 'detached' });
  }
  await hand.look('sum');
  await hand.tap('collect-cash');
  await hand.sign('谭老板');
}

export async function check(hand, job) {
  const view = await ended(hand, job, 'completed', 38_000);
  assert.deepEqual(
    view.appliances.map((unit) => [unit.kind, Object.values(verdicts(unit)).every((verdict) => verdict === 'pass')]),
    order.appliances.map((unit) => [unit.kind, true]),
  );
  assert.deepEqual(
    view.appliances.map((unit) => unit.next_photo),
    [null, null, null],
  );
  assert.deepEqual(view.card.assignees.map((one) => one.name).sort(), ['冉小军', '小邓']);
  const { lines } = await core(hand.address, 'fees', { job });
  assert.deepEqual(
    lines.map((line) => [line.code, line.payer, line.quantity, line.amount_fen]),
    [
      ['hole_concrete', 'customer', 2_000, 12_000],
      ['pipe_floor_unit', 'customer', 2_000, 26_000],
    ],
  );
}
