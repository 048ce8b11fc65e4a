/** Contrast of the palette in both lights, as WCAG 2 computes it: text must stay readable in the sun and in a dark stairwell. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(resolve(import.meta.dirname, '../src/theme/palette.css'), 'utf8');
const TEXT_ON: [string, string[]][] = [
  ['ink', ['ground', 'surface', 'sunk', 'accent-soft']],
  ['muted', ['ground', 'surface', 'sunk']],
  ['accent-text', ['surface', 'ground', 'accent-soft']],
  ['on-accent', ['accent', 'accent-press']],
  ['danger-text', ['surface', 'danger-soft']],
  ['on-danger', ['danger']],
  ['warn-text', ['surface', 'warn-soft']],
  ['ok-text', ['surface', 'ok-soft']],
  ['night-ink', ['night']],
  ['night-muted', ['night']],
];

function colours(block: string): Map<string, string> {
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/gi)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const [daylight = '', night = ''] = css.split('@media (prefers-color-scheme: dark)');
const pairs = TEXT_ON.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const));

describe.each([
  ['daylight', colours(daylight)],
  ['dark', colours(night.split('/* Vant */')[0] ?? '')],
])('in %s', (_light, palette) => {
  it.each(pairs)('%s can be read on %s', (text, ground) => {
    expect(contrast(palette.get(text) ?? '#000000', palette.get(ground) ?? '#000000')).toBeGreaterThanOrEqual(4.5);
  });
});
