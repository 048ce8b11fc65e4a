/** 邓小妹: a washing machine that does not drain, 保内. A new pump, the customer pays nothing, the old one goes back to the maker. */
import assert from 'node:assert/strict';
import { core } from '../stage.mjs';
import { ended, lines, verdicts } from '../taps/hand.mjs';

export const name = '邓小妹 保内换泵';

export const order = {
  kind: 'repair',
  far: true,
  customer: { name: '邓小妹', phone: '13800001006', township: '柳林镇', address: '卫生院宿舍' },
  appliances: [{ kind: 'washing_machine', brand: '云浣', model: 'XQG100-14', serial: '' }],
  symptom: '不排水',
  note: '保内，旧件要回',
  coverage: 'in_warranty',
  maker_order: 'YH-261121-0902',
  details: { source: 'maker', segment: 'village' },
};

const PUMP = 'YH-PSB-30W';

export async function play(hand, job) {
  await hand.arrive(job);
  await hand.check([
    ['socket_polarity', 'right'],
    ['earth_present', 'good'],
    ['supply_voltage', '226.0'],
    ['rcd_button', 'trips'],
    ['earth_continuity', '0.050'],
    ['insulation_appliance', '120.00'],
    ['leak_test', 'none'],
  ]);
  await hand.sees('field-serial');
  await hand.type('field-serial', 'YH100-2505-0931');
  await hand.tap('likely');
  await hand.look('sheet');
  await hand.during('use_part', () => hand.tap(`part-offer-${PUMP}`));
  await hand.tap('part-old');
  await hand.write({ tag: 'JJ-1121-01' });
  await hand.look('old part');
  await hand.save();
  await hand.look('part');
  // The tag asks for a picture of the old part, beside the nameplate's and the last.
  for (const stage of ['nameplate', 'old_part', 'after']) await hand.shoot(stage);
  await hand.tap('quick-labour_drain_pump');
  await hand.look('fees');
  await hand.tap(`propose-${PUMP}`);
  // What is proposed may be left: this maker pays no visit.
  await hand.page.waitForSelector(`[data-test="propose-${PUMP}"]`, { state: 'detached' });
  await hand.look('left');
  await hand.tap('back');
  await hand.sees('next-step', 'step', 'finish');
  await hand.tap('next-step');
  await hand.sign('邓小妹');
}

export async function check(hand, job) {
  const view = await ended(hand, job, 'completed', 0);
  const [unit] = view.appliances;
  assert.deepEqual(new Set(Object.values(verdicts(unit))), new Set(['pass']));
  assert.equal(unit.serial, 'YH100-2505-0931');
  assert.deepEqual(await lines(hand, job), { labour_drain_pump: 88, [PUMP]: 68 });
  const fees = await core(hand.address, 'fees', { job });
  assert.deepEqual([fees.sums.maker, new Set(fees.lines.map((line) => line.payer))], [15_600, new Set(['maker'])]);
  const [part] = view.parts;
  assert.equal(part.code, PUMP);
  const [old] = hand.noted('old_part');
  assert.deepEqual([old.part, old.step, old.tag], [part.id, 'tagged', 'JJ-1121-01']);
  assert.ok(old.due > view.now, 'due');
  assert.ok(view.photos.some((photo) => photo.stage === 'old_part'));
}
