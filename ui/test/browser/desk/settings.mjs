/** 设置 on a real relay: a backup that is tried, a relay that ends meanwhile, a set that is taken back, a wording that the phone shows. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { core, T } from '../stage.mjs';
import { until } from '../shop.mjs';
import { ordered } from './worked.mjs';

export const name = 'settings';
export const path = '/desk/settings/relay';
export const ready = 'relay-up';
/** An order that is on the phone. */
export const before = (shop, _page, mark) => ordered(shop, 1, mark);
const DAY = 86_400_000;
const SAID = '动工前，我先把您家插座、漏保和接地都测一遍。';
/** As the shop writes a day. */
const day = (at) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);
const says = (page, name, text) => page.waitForSelector(`${T(name)}:has-text("${text}")`);

async function drill(keys, page, { shop }) {
  await page.waitForSelector(T('drill-never'));
  await keys.click('drill-begin');
  await says(page, 'drill-result', '和原来一致');
  const { health } = await core(shop.desk, 'relay');
  assert.deepEqual([health.drill.outcome, health.drill.reason, health.may_drill], ['same', '', true]);
  assert.ok(health.drill.entries > 0 && health.drill.entries <= health.entries, 'the outlet’s own records were restored');
  assert.ok(shop.backedUp(), 'the backup stays where the operator wanted it');
}

/** Nobody touches the page: what it shows is what is. */
async function silence(keys, page, { shop }) {
  await shop.relayEnds();
  await page.waitForSelector(T('relay-down'));
  await says(page, 'relay-why', '连不上中继。记录都在本机，会自动再试。');
  assert.equal(await page.locator(T('drill-begin')).count(), 0, 'nobody can ask for a backup now');
  await keys.click('relay-look');
  await page.waitForSelector(`${T('relay-look')}:not(.is-loading)`);
  await page.waitForSelector(T('relay-down'));
  await shop.relayBegins();
  await page.waitForSelector(T('relay-up'));
  await says(page, 'drill-result', '和原来一致');
}

const sets = async (desk, kind) => (await core(desk, 'rule_sets')).kinds.find((each) => each.kind === kind).versions;
const file = (text) => ({ name: '限值.json', mimeType: 'application/json', buffer: Buffer.from(text) });

async function takenBack(keys, page, { shop }) {
  await keys.click('section-rules');
  await page.waitForSelector(T('set-version'));
  const [out] = await Promise.all([page.waitForEvent('download'), keys.click('set-export')]);
  const text = readFileSync(await out.path(), 'utf8');
  const set = JSON.parse(text);
  await keys.click('set-import');
  await page.waitForSelector(T('import-set'));
  await page.setInputFiles(T('set-file'), file(text.slice(0, text.length / 2)));
  await page.waitForSelector(T('set-wrong'));
  assert.match(await page.textContent(T('set-wrong')), /行/, 'what is wrong is told with its line');
  const earth = set.limits.find((row) => row.code === 'earth_present');
  const stricter = {
    ...set,
    version: `${set.version}-s`,
    limits: set.limits.map((row) => (row === earth ? { ...row, place: { zh: '插座地孔', en: 'Earth hole' } } : row)),
  };
  await page.setInputFiles(T('set-file'), file(JSON.stringify(stricter, null, 2)));
  await says(page, 'change', '插座地孔');
  assert.equal(await page.locator(T('change')).count(), 1);
  await page.waitForSelector(`${T('changed-jobs')} [role=status]:has-text("张有变化")`);
  await page.fill(T('set-day'), day(Date.now() + DAY));
  await keys.click('set-publish');
  await says(page, 'notice-done', `${stricter.version} 从`);
  await page.waitForSelector(T('set-back'));
  assert.deepEqual(
    (await sets(shop.desk, 'limits')).map((each) => each.stands),
    ['in_force', 'to_come'],
  );
  await keys.click('set-back');
  await says(page, 'notice-done', '已撤回，现行的照用');
  await page.waitForSelector(T('set-back'), { state: 'detached' });
  assert.deepEqual(
    (await sets(shop.desk, 'limits')).map((each) => each.stands),
    ['in_force'],
  );
}

async function worded(keys, page, { shop, jobs: [job] }) {
  const said = async () => (await core(shop.phone, 'job', { job })).services.find((each) => each.service === 'test_power').script.zh;
  assert.notEqual(await said(), SAID);
  await keys.click('section-words');
  await page.waitForSelector(T('form-row'));
  await keys.click('words-steps');
  await page.waitForSelector(`${T('words-changed')}:has-text("没有改动")`);
  const kept = page.waitForResponse((answer) => answer.url().endsWith('/put_draft') && answer.request().postData().includes(SAID));
  await page.fill(T('text-zh/services/0/script'), SAID);
  await says(page, 'words-changed', '改了 1 处，还没发布');
  // What is typed and not published outlives the page.
  await kept;
  await page.reload();
  await says(page, 'words-changed', '改了 1 处，还没发布');
  await keys.click('words-compare');
  await says(page, 'change', SAID);
  await keys.click('set-publish');
  await says(page, 'notice-done', '已起用');
  await says(page, 'words-changed', '没有改动');
  await until('the wording on the phone', async () => (await said()) === SAID);
}

export async function play(keys, page, given) {
  await drill(keys, page, given);
  await silence(keys, page, given);
  await takenBack(keys, page, given);
  await worded(keys, page, given);
}
