/** 龚正平: an LPG heater of 2017-04 in a bathroom. Condemned: the valve is closed, the notice signed, the visit 30 yuan. */
import assert from 'node:assert/strict';
import { ended, lines, verdicts } from '../taps/hand.mjs';

export const name = '龚正平 燃气判废';

export const order = {
  kind: 'repair',
  far: true,
  customer: { name: '龚正平', phone: '13800001007', township: '白杨坪乡', address: '6组' },
  appliances: [{ kind: 'gas_heater', brand: '旺泉', model: 'JSQ25-13', serial: '' }],
  symptom: '打不着火',
  note: '2017 年买的，装在卫生间',
  coverage: 'out_of_warranty',
  details: { segment: 'village' },
};

export async function play(hand, job) {
  await hand.arrive(job);
  await hand.measure('gas_age', '2017.04');
  await hand.sees('verdict', 'verdict', 'fail');
  await hand.look('age');
  await hand.tap('next-reading');
  await hand.check([
    ['gas_type', 'same'],
    ['flue', 'bathroom'],
  ]);
  await hand.sees('row-flue', 'verdict', 'fail');
  await hand.tap('back');
  await hand.look('job');
  await hand.tap('section-fees');
  await hand.tap('fee-add-all');
  await hand.tap('collect-cash');
  await hand.sees('payment');
  await hand.tap('back');
  await hand.notice('condemned');
  await hand.add('text', '；已关燃气阀，贴停用标签。');
  await hand.write({ name: '龚正平' });
  await hand.look('notice');
  await hand.save();
  await hand.endAs('condemned');
}

export async function check(hand, job) {
  const view = await ended(hand, job, 'condemned', 3_000);
  const found = verdicts(view.appliances[0]);
  assert.deepEqual([found.gas_age, found.gas_type, found.flue], ['fail', 'pass', 'fail']);
  assert.deepEqual(await lines(hand, job), { visit: 30 });
  const [[notice], [signature]] = [hand.noted('notice'), hand.noted('signature')];
  assert.deepEqual([notice.kind, notice.refused, notice.readings.length], ['condemned', false, 2]);
  assert.ok(notice.signature && notice.text.includes('已关燃气阀'), notice.text);
  assert.deepEqual([signature.signed_for, signature.name], ['notice', '龚正平']);
  assert.ok(!view.next.outcomes.includes('completed'));
}
