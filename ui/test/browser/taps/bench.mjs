/** 向明: an instantaneous heater goes to the bench, loaner BYJ-03 hangs in its place; board repair 90 + 18 + 12 = 120 yuan, and home again. */
import assert from 'node:assert/strict';
import { core } from '../stage.mjs';
import { ended } from './hand.mjs';

export const order = {
  kind: 'unit_pickup',
  customer: { name: '向明', phone: '13800001004', township: '新集镇', address: '幸福苑2-604' },
  appliances: [{ kind: 'instant_heater', brand: '凌越', model: 'DSK-85', serial: '' }],
  symptom: '不加热',
  coverage: 'out_of_warranty',
};

const LOANER_PHOTOS = 5;

export const there = {
  name: 'to the bench 拉修',
  budget: 26,
  async play(hand, job) {
    await hand.arrive(job);
    await hand.tap('bench-next');
    await hand.type('mend-tag', 'BYJ-03');
    await hand.type('mend-loaner_watts', '5500');
    await hand.tap('mend-save');
    await hand.check([
      ['supply_voltage', '223.0'],
      ['meter_capacity', '60'],
      ['wire_section', '6.0'],
      ['breaker_match', '32'],
      ['earth_present', 'good'],
      ['earth_resistance', '1.90'],
      ['earth_live', '0.3'],
      ['rcd_present', 'there'],
      ['rcd_button', 'trips'],
      ['insulation_appliance', '35.00'],
      ['loaded_voltage_drop', '217.0'],
      ['terminal_temperature', '41.0'],
      ['outlet_temperature', '42.0'],
    ]);
    await hand.sees('bench-next', 'step', 'take');
    await hand.tap('bench-next');
    await hand.tap('mend-save');
    await hand.sees('bench-finish');
    await hand.tap('bench-photos');
    for (let shot = 0; shot < LOANER_PHOTOS + 2; shot += 1) await hand.shoot();
    await hand.tap('finish-confirm');
    await hand.page.waitForURL(/\/field\/job\/[^/]+$/);
  },
  async check(hand, job) {
    const view = await hand.job(job);
    assert.equal(view.card.outcome, 'taken_to_bench');
    assert.equal(view.loaners.length, 1);
    assert.ok(view.loaners[0].readings.filter((row) => row.required).every((row) => row.records.at(-1).verdict.verdict === 'pass'));
    const stages = view.photos.map((photo) => `${photo.appliance === view.loaners[0].id ? 'loaner' : 'unit'} ${photo.stage}`);
    assert.equal(new Set(stages).size, LOANER_PHOTOS + 2, stages.join());
  },
};

/** The repairer's part, which isn't counted: received, found, quoted, agreed to, repaired, and the customer told. */
export async function repair(address, job) {
  const view = await core(address, 'job', { job });
  const appliance = view.appliances[0].id;
  const note = (fact) => core(address, 'note_fact', { job, claimed: null, fact });
  const custody = { appliance, tag: 'XQ-1121', place: '维修台 2', condition: '外观完好', carried_in: false };
  await note({ fact: 'custody', step: 'received', ...custody });
  const { id: diagnosis } = await note({ fact: 'diagnosis', appliance, cause: '可控硅击穿', level: 'component', repairable: true });
  const priced = { level: 'component', total_fen: 12_000, other_level: 'board', other_fen: 38_000, days: 1 };
  const { id: quote } = await note({ fact: 'quote', appliance, diagnosis, ...priced });
  await note({ fact: 'consent', quote, yes: true, who: '向明', channel: 'phone', cost_fen: 12_000, days: 1, spoken: null });
  const fee = (kind, code, named, unit_fen, part) => ({
    ...{ fact: 'fee', appliance, kind, code, name: named, quantity: 1_000, unit_fen, share: 1_000, guide_fen: unit_fen },
    ...{ payer: 'customer', reason: '', part, adjusts: null, quote, spoken_code: '' },
  });
  await note(fee('labour', 'labour_board_repair', '板上维修', 9_000, null));
  for (const [code, named, fen] of [
    ['BTA41-600B', '可控硅', 1_800],
    ['LY-JDQ-30', '继电器', 1_200],
  ]) {
    const used = await core(address, 'use_part', { job, appliance, code, name: named, quantity: 1, guide_fen: fen });
    await note(fee('part', code, named, fen, used.parts.find((part) => part.code === code).id));
  }
  await note({ fact: 'bench', appliance, work: 'repaired', text: '换可控硅和继电器', level: 'component', channel: null, part: null });
  await note({ fact: 'bench', appliance, work: 'informed', text: '', level: null, channel: 'phone', part: null });
  for (const [field, value] of [
    ['serial', 'LY85-2207-0180'],
    ['fault', '加热回路不通'],
    ['cause', '可控硅击穿'],
    ['action', '换可控硅'],
  ])
    await core(address, 'write_field', { job, appliance, field, value });
}

export const back = {
  name: 'return 送回',
  budget: 14,
  async play(hand, job) {
    await hand.open(job);
    await hand.sees('next-step', 'step', 'depart');
    await hand.tap('next-step');
    await hand.sees('next-step', 'step', 'arrive');
    await hand.tap('next-step');
    await hand.sees('next-step', 'step', 'fill_sheet');
    await hand.tap('next-step');
    await hand.sees('bench-next', 'step', 'return');
    await hand.tap('bench-next');
    await hand.tap('mend-save');
    await hand.sees('form-loaner_back');
    await hand.tap('mend-usual');
    await hand.tap('mend-save');
    await hand.tap('bench-onward');
    await hand.tap('collect-cash');
    await hand.sees('services-all');
    await hand.tap('services-all');
    await hand.type('sign-name', '向明');
    await hand.tap('finish-confirm');
    await hand.sees('job-finished');
  },
  async check(hand, job) {
    const view = await ended(hand, job, 'completed', 12_000);
    const passed = view.nodes.filter((node) => node.at !== null).map((node) => node.kind);
    for (const node of ['loaner_placed', 'taken', 'repaired', 'returned', 'loaner_back', 'finished'])
      assert.ok(passed.includes(node), node);
  },
};
