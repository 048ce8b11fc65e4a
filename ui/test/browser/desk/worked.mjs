/** Visits as a technician makes them, by the commands of a phone: what waits for the owner afterwards is made by the core, not by a double. */
import { core, picture } from '../stage.mjs';
import { until } from '../shop.mjs';

const MINUTE = 60_000;
const UNITS = [
  { kind: 'storage_heater', brand: '安泉', model: 'ES50H-A1', symptom: '跳闸' },
  { kind: 'air_conditioner', brand: '北岭', model: 'KFR-35GW/BP3N1', symptom: '漏水' },
  { kind: 'washing_machine', brand: '云浣', model: 'XQG100-14', symptom: '不排水' },
];
const TOWNS = [
  ['城关镇', '南门小区'],
  ['石桥铺镇', '老街'],
  ['柳林镇', '卫生院宿舍'],
];
const FOUND = { storage_heater: '加热管漏电', air_conditioner: '排水管倒坡', washing_machine: '排水泵卡死' };
const FAMILY = '罗田彭向覃邓龚谭杨张王李赵周吴郑冯陈';
const GIVEN = ['桂香', '有福', '秀兰', '大勇', '正平', '光荣', '小妹'];
/** What a sound installation measures; choices are the rows' own words. */
const SOUND = {
  socket_polarity: 'right',
  earth_present: 'good',
  earth_resistance: 2_600,
  earth_live: 400,
  rcd_button: 'trips',
  insulation_appliance: 60_000,
  water_full_first: 'yes',
  safety_valve: 'clear',
  supply_voltage: 226_000,
  earth_continuity: 50,
  leak_test: 'none',
};
const FAILS = 300;
/** Of twelve visits one measured what had to be put right first, and one came after its window: the owner looks at those. */
const mended = (n) => n % 12 === 5;
const late = (n) => n % 12 === 11;

function order(n, mark, assignees) {
  const { symptom, ...unit } = UNITS[n % UNITS.length];
  const [township, street] = TOWNS[n % TOWNS.length];
  const now = Date.now();
  return {
    kind: 'repair',
    urgency: 'normal',
    far: false,
    customer: {
      name: FAMILY[n % FAMILY.length] + GIVEN[n % GIVEN.length],
      phone: `136${String(mark).padStart(6, '0')}${String(n).padStart(2, '0')}`,
      township,
      address: `${street} ${n + 1} 号`,
    },
    appliances: [{ ...unit, serial: '' }],
    symptom,
    window: late(n) ? { from: now - 90 * MINUTE, to: now - 30 * MINUTE } : { from: now, to: now + 60 * MINUTE },
    coverage: n % 2 ? 'in_warranty' : 'out_of_warranty',
    maker_order: '',
    note: '',
    assignees,
    details: null,
  };
}

class Visit {
  constructor(phone, job, page, n) {
    Object.assign(this, { phone, job, page, n });
  }
  ask = (command, input) => core(this.phone, command, { job: this.job, ...input });
  view = () => this.ask('job', {});
  note = (fact) => this.ask('note_fact', { fact, claimed: null });

  reading(appliance, row, value, rectified = '') {
    const number = row.input.input === 'number';
    return this.ask('record_reading', {
      appliance,
      code: row.code,
      found: number ? { state: 'number', thousandths: value } : { state: 'choice', option: value },
      unit: number ? row.input.unit : '',
      method: row.methods[0]?.code ?? '',
      instrument: 'VC60B',
      calibrated: '2026-03-01',
      rectified,
      photo: null,
    });
  }

  /** Rows come with what was measured and written before them. */
  async measure(appliance) {
    const open = ({ appliances }) => appliances[0].readings.filter((row) => row.required && row.records.length === 0);
    for (let view = await this.view(); open(view).length > 0;) {
      const [row] = open(view);
      const value = SOUND[row.code];
      if (value === undefined) throw new Error(`nobody said what ${row.code} measures`);
      const twice = row.code === 'insulation_appliance' && mended(this.n);
      if (twice) await this.reading(appliance, row, FAILS);
      view = await this.reading(appliance, row, value, twice ? '换密封圈，烘干' : '');
    }
  }

  async shoot(appliance) {
    for (;;) {
      const { next_photo: stage } = (await this.view()).appliances[0];
      if (stage === null) return;
      const { buffer } = await picture(this.page, 320);
      await this.ask('add_photo', { appliance, stage, picture: { base64: buffer.toString('base64'), stamp: null } });
    }
  }

  async charge(named) {
    for (const offer of (await this.ask('fees', {})).proposed) {
      const { appliance, kind, code, name, quantity, unit_fen, share, payer, part } = offer;
      const rest = { reason: '', part, adjusts: null, quote: null, spoken_code: '' };
      await this.note({
        fact: 'fee',
        appliance,
        kind,
        code,
        name: name.zh,
        quantity,
        unit_fen,
        share,
        guide_fen: unit_fen,
        payer,
        ...rest,
      });
    }
    await this.note({ fact: 'signature', signed_for: 'work', subject: null, signer: 'customer', name: named, image: null });
    const { owed } = (await this.ask('fees', {})).sums;
    if (owed > 0) await this.note({ fact: 'payment', fen: owed, way: 'cash', paid_for: 'work', subject: null, reference: '' });
  }

  async play() {
    for (const tap of ['depart', 'arrive']) await this.ask('tap_node', { tap });
    const { appliances, card } = await this.ask('show_card', { shown_ms: 3_400 });
    const [{ id, kind }] = appliances;
    await this.measure(id);
    const fault = FOUND[kind];
    for (const [field, value] of Object.entries({
      serial: `${kind.slice(0, 2).toUpperCase()}2103${4_000 + this.n}`,
      fault,
      cause: '用久了',
      action: `${fault}已修好，试机正常`,
    }))
      await this.ask('write_field', { appliance: id, field, value });
    await this.shoot(id);
    for (const [service, answer] of Object.entries({ explain: 'done', maintain: 'done', check_all: 'all_normal' }))
      await this.ask('answer_service', { appliance: id, service, answer: { answer } });
    await this.charge(card.customer);
    await this.ask('finish', { outcome: 'completed' });
  }
}

/** So many repairs of today, ordered at the desk for the phone's member, who has them; their jobs. */
export async function ordered({ desk, phone }, many, mark) {
  const { member } = await core(phone, 'session');
  const jobs = [];
  for (let n = 0; n < many; n += 1) jobs.push((await core(desk, 'take_order', order(n, mark, [member.id]))).card.job);
  for (const job of jobs) await until('the job', () => core(phone, 'job', { job }));
  return jobs;
}

/** The same, finished on the phone; the desk has all of it. */
export async function worked(shop, page, many, mark) {
  const { desk, phone } = shop;
  const jobs = await ordered(shop, many, mark);
  for (const [n, job] of jobs.entries()) await new Visit(phone, job, page, n).play();
  for (const job of jobs) await until('the sheet', async () => (await core(desk, 'job', { job })).card.finished_at !== null);
  const still = async (host) => {
    const { changes, photos } = (await core(host, 'sync_status')).chip;
    return changes + photos === 0;
  };
  for (const host of [phone, desk]) await until('what is under way', () => still(host));
  return jobs;
}

/** Calls of today that nobody was sent to yet. */
export async function called({ desk }, many, mark) {
  for (let n = 0; n < many; n += 1) await core(desk, 'take_order', order(n, mark, []));
}
