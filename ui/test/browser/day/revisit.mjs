/** 张老师: a revisit. The drain is laid anew for nothing; the ceiling that it wetted is made good on the spot, 180 yuan, signed. */
import assert from 'node:assert/strict';
import { given, ordered } from '../round.mjs';
import { core } from '../stage.mjs';
import { ended, verdicts } from '../taps/hand.mjs';

export const name = '张老师 二次上门';

const visit = {
  kind: 'repair',
  customer: { name: '张老师', phone: '13800001010', township: '城关镇', address: '实验小学' },
  appliances: [{ kind: 'air_conditioner', brand: '北岭', model: 'KFR-35GW/BP3N1', serial: '' }],
  symptom: '排水管倒坡滴水',
  coverage: 'in_warranty',
};

/** The first visit, which is over: nothing of it is played here. */
async function before() {
  const job = await ordered({ ...visit, note: '首单' });
  for (const tap of ['depart', 'arrive']) await core(given.phone, 'tap_node', { job, tap });
  await core(given.phone, 'finish', { job, outcome: 'no_fault_found' });
  return job;
}

export async function order() {
  const first = await before();
  return { ...visit, note: '二次上门，首单 11-18，免费', details: { revisit_of: first } };
}

export async function play(hand, job) {
  await hand.arrive(job);
  await hand.check([
    ['socket_polarity', 'right'],
    ['earth_present', 'good'],
  ]);
  await hand.sees('field-serial');
  await hand.type('field-serial', 'BL35-2611-00645');
  await hand.type('field-fault', '排水管倒坡');
  await hand.type('field-cause', '安装时坡度不够');
  await hand.type('field-action', '重做排水坡度，灌水试漏');
  await hand.tap('add-damage');
  await hand.sees('form-damage');
  await hand.tap('mend-usual');
  await hand.write({ text: '排水倒坡，水渍约半平方米' });
  await hand.shoot('mend');
  await hand.write({ asked: '180' });
  await hand.pick({ settled: 'yes' });
  await hand.look('damage');
  await hand.write({ agreed: '180', name: '张老师' });
  await hand.look('settled');
  await hand.save();
  await hand.shoot();
  await hand.look('fees');
  await hand.tap('fees-next');
  await hand.sign('张老师');
}

export async function check(hand, job) {
  const view = await ended(hand, job, 'completed', 0);
  assert.ok(Object.values(verdicts(view.appliances[0])).every((verdict) => verdict === 'pass'));
  assert.ok(
    view.earlier.some((card) => card.outcome === 'no_fault_found' && card.customer === '张老师'),
    'the first job is told',
  );
  const fees = await core(hand.address, 'fees', { job });
  assert.deepEqual([fees.lines, fees.sums.maker], [[], 0]);
  assert.deepEqual(
    fees.payments.map(({ fen, way, paid_for }) => [fen, way, paid_for]),
    [[-18_000, 'cash', 'compensation']],
  );
  const [[damage], [share], [signature]] = ['damage', 'claim_share', 'signature'].map((kind) => hand.noted(kind));
  assert.deepEqual([damage.what, damage.asked_fen, damage.photos.length], [given.language === 'zh' ? '吊顶' : 'Ceiling', 18_000, 1]);
  assert.deepEqual([share.party, share.fen, share.state], ['outlet', 18_000, 'paid']);
  assert.deepEqual([signature.signed_for, signature.subject, signature.name], ['damage', share.damage, '张老师']);
  assert.deepEqual(view.photos.map((photo) => photo.stage).sort(), ['after', 'damage']);
}
