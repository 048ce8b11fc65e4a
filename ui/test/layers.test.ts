/** Who may lean on whom in here: screens → stores → api; components on none of them; one file knows the host. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

interface Source {
  path: string;
  text: string;
  imports: string[];
}

function sources(): Source[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|vue)$/.test(path) && !path.endsWith('.test.ts'))
    .map((path) => {
      const text = readFileSync(join(SRC, path), 'utf8');
      const named = [...text.matchAll(/(?:from\s+|import\s*\(?\s*)'([^']+)'/g)].map((match) => match[1] ?? '');
      const imports = named.map((name) => {
        if (name.startsWith('@/')) return name.slice(2);
        return name.startsWith('.') ? relative(SRC, resolve(SRC, dirname(path), name)) : name;
      });
      return { path, text, imports };
    });
}

const all = sources();

function leaning(folder: string, forbidden: string[]): string[] {
  return all
    .filter((source) => source.path.startsWith(folder))
    .flatMap((source) =>
      source.imports.filter((name) => forbidden.some((each) => name.startsWith(each))).map((name) => `${source.path} → ${name}`),
    );
}

describe('the layers of the screens', () => {
  it('are all there to be looked at', () => {
    for (const folder of ['api/', 'components/', 'desk/', 'field/', 'stores/']) {
      expect(all.filter((source) => source.path.startsWith(folder)).length, folder).toBeGreaterThan(3);
    }
  });

  it('components know no store, no door, no route and no shell', () => {
    expect(
      leaning('components/', ['stores', 'api', 'router', 'vue-router', 'pinia', 'field/', 'desk/', 'pages/', 'vant', 'element-plus']),
    ).toEqual([]);
  });

  it('the two shells know nothing of each other or of each other’s libraries', () => {
    expect(leaning('field/', ['desk/', 'element-plus', 'echarts'])).toEqual([]);
    expect(leaning('desk/', ['field/', 'vant'])).toEqual([]);
    expect(leaning('pages/', ['field/', 'desk/', 'vant', 'element-plus', 'echarts'])).toEqual([]);
  });

  it('screens reach the core through stores only', () => {
    expect([
      ...leaning('field/', ['api/']),
      ...leaning('desk/', ['api/']),
      ...leaning('start/', ['api/']),
      ...leaning('pages/', ['api/']),
    ]).toEqual([]);
  });

  it('stores know no screen', () => {
    expect(leaning('stores/', ['field/', 'desk/', 'pages/', 'components/', 'vue-router', 'router'])).toEqual([]);
  });

  it('only the door takes the generated commands and events; everybody else takes types', () => {
    const values = all
      .filter((source) => !source.path.startsWith('api/'))
      .filter((source) => /import\s+(?!type\b)[^;]*from\s+'@schemas'/.test(source.text))
      .map((source) => source.path);
    expect(values).toEqual([]);
  });

  it('only one file knows the host', () => {
    const host = /__TAURI|@tauri-apps|isTauri|EventSource|\bfetch\(`?'?\//;
    expect(all.filter((source) => host.test(source.text)).map((source) => source.path)).toEqual(['api/host.ts']);
  });

  it('nothing is fetched from outside', () => {
    const outside = all.filter((source) => /https?:\/\/(?!127\.0\.0\.1|…)[\w-]+\.\w/.test(source.text)).map((source) => source.path);
    expect(outside).toEqual([]);
  });
});
