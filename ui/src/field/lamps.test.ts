/** A photo with a reading, and lamps that answer two rows at once without standing for a figure. */
import type { ReadingRow } from '@schemas';
import { flushPromises } from '@vue/test-utils';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { earthResistance, row } from '../../test/builders';
import { openStory } from '../../test/door';
import { job, onePageEach, open, seen, tap, type World } from '../../test/page';
import { NORMAL, TESTER } from './lamps';
import SafetyPage from './SafetyPage.vue';

onePageEach();

interface Limit {
  code: string;
  measure: { choice?: { options: { code: string; verdict: string }[] } };
  methods: { code: string }[];
}
const { limits } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../src-tauri/core/rules/limits.json'), 'utf8')) as {
  limits: Limit[];
};

const tester = { code: TESTER, label: { zh: '插座检测仪', en: 'Socket tester' } };
const meter = { code: 'multimeter', label: { zh: '万用表', en: 'Multimeter' } };
const polarity = () => row({ methods: [tester, meter] });
const earthPresent = () =>
  row({
    code: 'earth_present',
    name: { zh: '接地有效', en: 'Earth present' },
    input: {
      input: 'choice',
      options: [
        { code: 'good', label: { zh: '有，连通', en: 'There' } },
        { code: 'none', label: { zh: '没有', en: 'None' } },
      ],
    },
    methods: [tester, meter],
  });

async function check(...readings: ReadingRow[]): Promise<World> {
  const world = openStory();
  const [unit] = world.story.do_job({ job }).appliances;
  if (unit) unit.readings = readings;
  return open(SafetyPage, world);
}

/** As the camera hands it over. */
async function shot(name: string): Promise<void> {
  const input = seen(name) as HTMLInputElement;
  Object.defineProperty(input, 'files', { value: [new File(['tester'], 'tester.jpg', { type: 'image/jpeg' })], configurable: true });
  input.dispatchEvent(new Event('change'));
  await flushPromises();
}

const readings = ({ asked }: World) => asked.filter(({ command }) => command === 'record_reading').map(({ input }) => input);
const photos = ({ story }: World) => story.do_job({ job }).photos;

describe('the lamps of a socket tester', () => {
  it('say only what the limit set lets a tester say, with a word that passes; never a figure', () => {
    for (const [code, option] of Object.entries(NORMAL)) {
      const limit = limits.find((each) => each.code === code);
      expect(
        limit?.methods.map((each) => each.code),
        code,
      ).toContain(TESTER);
      expect(limit?.measure.choice?.options.find((each) => each.code === option)?.verdict, code).toBe('pass');
    }
  });

  it('answer polarity and earth with one photo; the resistance stays to be measured', async () => {
    const world = await check(polarity(), earthPresent(), earthResistance({ methods: [tester] }));
    await shot('shoot-lamps');
    await vi.waitFor(() => expect(readings(world)).toHaveLength(2), { timeout: 20_000 });
    await flushPromises();
    const [photo] = photos(world);
    expect(photo?.stage).toBe('tester');
    expect(readings(world).map(({ code, found, method, photo }) => [code, found, method, photo])).toEqual([
      ['socket_polarity', { state: 'choice', option: 'right' }, TESTER, photo?.id],
      ['earth_present', { state: 'choice', option: 'good' }, TESTER, photo?.id],
    ]);
    expect(seen('row-earth_resistance')?.dataset.verdict).toBe('');
    expect(seen('row-earth_resistance')?.classList.contains('open'), 'and is next').toBe(true);
    expect(seen('shoot-lamps'), 'no lamp for a figure').toBeNull();
  });

  it('leave alone what was measured already, a failure above all', async () => {
    const failed = earthPresent();
    const world = openStory();
    const [unit] = world.story.do_job({ job }).appliances;
    if (unit) unit.readings = [polarity(), failed];
    world.story.answer('record_reading', { code: 'earth_present', method: TESTER, found: { state: 'choice', option: 'none' } } as never);
    await open(SafetyPage, world);
    await shot('shoot-lamps');
    await vi.waitFor(() => expect(readings(world)).toHaveLength(1), { timeout: 20_000 });
    await flushPromises();
    expect(readings(world).map(({ code }) => code)).toEqual(['socket_polarity']);
  });

  it('are not asked where the rule data knows no tester', async () => {
    await check(row({ methods: [meter] }));
    expect(seen('shoot-lamps')).toBeNull();
    expect(seen('shoot-instrument')).not.toBeNull();
  });
});

describe('a photo of the instrument', () => {
  it('is on the sheet at the shutter, and the value that is saved next names it', async () => {
    const world = await check(earthResistance());
    await shot('shoot-instrument');
    await vi.waitFor(() => expect(seen('reading-photo')).not.toBeNull(), { timeout: 20_000 });
    expect(photos(world).map(({ stage }) => stage)).toEqual(['tester']);
    await tap('method-loop', 'pad-2', 'pad-save');
    expect(readings(world).map(({ photo }) => photo)).toEqual([photos(world)[0]?.id]);
  });

  it('stays on the sheet where the value is not to name it', async () => {
    const world = await check(earthResistance());
    await shot('shoot-instrument');
    await vi.waitFor(() => expect(seen('reading-photo')).not.toBeNull(), { timeout: 20_000 });
    await tap('reading-photo-off', 'method-loop', 'pad-2', 'pad-save');
    expect(readings(world).map(({ photo }) => photo)).toEqual([null]);
    expect(photos(world)).toHaveLength(1);
  });
});
