import { mount } from '@vue/test-utils';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import PlaceDrawing from './PlaceDrawing.vue';
import { DRAWINGS } from './placeDrawings';

const RULES = resolve(import.meta.dirname, '../../../src-tauri/core/rules/limits.json');
const { limits } = JSON.parse(readFileSync(RULES, 'utf8')) as { limits: { code: string; place: { zh: string } }[] };
const look = (code: string) => mount(PlaceDrawing, { props: { code, place: '插座火线对零线，空载' } });

describe('where to measure', () => {
  it('is drawn for every reading of the limit set', () => {
    expect(limits.length).toBeGreaterThan(40);
    expect(limits.map(({ code }) => code).filter((code) => look(code).get('svg').attributes('data-drawing') !== code)).toEqual([]);
  });

  it('is drawn for nothing that nobody measures', () => {
    expect(Object.keys(DRAWINGS).filter((code) => !limits.some((limit) => limit.code === code))).toEqual([]);
  });

  it('is another drawing for each: a probe at N is no probe at PE', () => {
    const all = Object.values(DRAWINGS).map((marks) => JSON.stringify(marks));
    expect(new Set(all).size).toBe(all.length);
  });

  it('is told in words as well, and an unknown code has its instrument', () => {
    const drawing = look('of_a_later_set');
    expect(drawing.get('svg title').text()).toBe('插座火线对零线，空载');
    expect(drawing.get('svg').attributes('data-drawing')).toBe('unknown');
    expect(drawing.findAll('path').length).toBeGreaterThan(2);
  });
});
