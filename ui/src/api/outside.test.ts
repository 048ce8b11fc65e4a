import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callUri, MAPS, mapUri, messageUri, systemOf, type System } from './outside';

const ADDRESS = '石桥铺镇 老街27号 #2 & 3/4';
const SYSTEMS: System[] = ['android', 'ios', 'other'];

describe('a link to a map', () => {
  it('is what each map asks for', () => {
    const q = encodeURIComponent('柳河镇 建设路 12 号');
    const at = (app: (typeof MAPS)[number], system: System) => mapUri(app, '柳河镇 建设路 12 号', system);
    expect(at('amap', 'android')).toBe(`androidamap://poi?sourceApplication=doorstep&keywords=${q}&dev=0`);
    expect(at('amap', 'ios')).toBe(`iosamap://poi?sourceApplication=doorstep&name=${q}&dev=0`);
    expect(at('baidu', 'android')).toBe(`baidumap://map/geocoder?address=${q}&src=andr.doorstep.doorstep`);
    expect(at('baidu', 'ios')).toBe(`baidumap://map/geocoder?address=${q}&src=ios.doorstep.doorstep`);
    expect(at('tencent', 'android')).toBe(`qqmap://map/search?keyword=${q}&referer=doorstep`);
    expect(at('system', 'android')).toBe(`geo:0,0?q=${q}`);
    expect(at('system', 'ios')).toBe(`maps://?q=${q}`);
  });

  it.each(MAPS.flatMap((app) => SYSTEMS.map((system) => [app, system] as const)))('to %s on %s is plain ASCII, whole', (app, system) => {
    const uri = mapUri(app, ADDRESS, system);
    expect(uri).toMatch(/^[!-~]+$/);
    expect(uri.split(encodeURIComponent(ADDRESS))).toHaveLength(2);
    // Nothing of the address is taken for a parameter or a fragment.
    expect(uri).not.toContain('#');
    const values = [...new URL(uri).searchParams.values()];
    expect(values.filter((value) => value === ADDRESS)).toHaveLength(1);
    expect(values.every((value) => value === ADDRESS || /^(doorstep|(andr|ios)\.doorstep\.doorstep|0)$/.test(value))).toBe(true);
  });
});

describe('a call and a message', () => {
  it('go to the number as it is dialled', () => {
    expect(callUri('138 0000 1234')).toBe('tel:13800001234');
    expect(callUri('0718-822 0000')).toBe('tel:07188220000');
    expect(callUri(' +86 138-0000-1234')).toBe('tel:+8613800001234');
  });

  it('carry the text whole, by each system’s own sign', () => {
    const text = '您好，3&4 号楼？\n14:20 到';
    const whole = encodeURIComponent(text);
    expect(messageUri('138 0000 1234', text, 'android')).toBe(`sms:13800001234?body=${whole}`);
    expect(messageUri('138 0000 1234', text, 'other')).toBe(`sms:13800001234?body=${whole}`);
    expect(messageUri('138 0000 1234', text, 'ios')).toBe(`sms:13800001234&body=${whole}`);
  });
});

describe('the system', () => {
  it.each<[System, string, number]>([
    ['android', 'Mozilla/5.0 (Linux; Android 14; 23049RAD8C) AppleWebKit/537.36', 5],
    ['ios', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)', 5],
    ['ios', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) an iPad', 5],
    ['other', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) a Mac', 0],
    ['other', 'Mozilla/5.0 (X11; Linux x86_64)', 0],
  ])('is %s by what it says', (system, userAgent, maxTouchPoints) => {
    expect(systemOf({ userAgent, maxTouchPoints })).toBe(system);
  });
});

describe('what the shell lets out', () => {
  const allowed = (shell: string): string[] => {
    const file = resolve(import.meta.dirname, `../../../src-tauri/capabilities/${shell}.json`);
    const { permissions } = JSON.parse(readFileSync(file, 'utf8')) as { permissions: (string | { allow: { url: string }[] })[] };
    return permissions.flatMap((entry) => (typeof entry === 'string' ? [] : entry.allow.map(({ url }) => url.replace('*', ''))));
  };

  it.each(['main', 'mobile'])('is every link that is made here (%s)', (shell) => {
    const links = SYSTEMS.flatMap((system) => [
      callUri('13800001234'),
      messageUri('13800001234', '已出发', system),
      ...MAPS.map((map) => mapUri(map, '老街27号', system)),
    ]);
    const shut = links.filter((link) => !allowed(shell).some((start) => link.startsWith(start)));
    expect(shut).toEqual([]);
  });
});
