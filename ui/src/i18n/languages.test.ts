import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import enPhone from './en';
import enHand from './en/hand';
import enOpening from './en/opening';
import enOnsite from './en/onsite';
import enDesk from './en/owner';
import enStart from './en/start';
import zhPhone from './zh';
import zhHand from './zh/hand';
import zhOpening from './zh/opening';
import zhOnsite from './zh/onsite';
import zhDesk from './zh/owner';
import zhStart from './zh/start';
import { failureText } from './failure';
import { speak } from './index';

const zh = { ...zhPhone, ...zhHand, ...zhDesk, ...zhStart, opening: zhOpening, ...zhOnsite, words: merged(zhPhone.words, zhOnsite.words) };
const en = { ...enPhone, ...enHand, ...enDesk, ...enStart, opening: enOpening, ...enOnsite, words: merged(enPhone.words, enOnsite.words) };

/** As they are merged when a job's page opens. */
function merged(words: object, more: object): object {
  const groups = Object.entries(more).map(([group, texts]) => [group, { ...(words as Record<string, object>)[group], ...texts }]);
  return { ...words, ...Object.fromEntries(groups) };
}

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, above = ''): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') out.set(above + key, value);
    else flat(value, `${above}${key}.`).forEach((text, name) => out.set(name, text));
  }
  return out;
}

const bindings = readFileSync(resolve(import.meta.dirname, '../../../schemas/ts/bindings.ts'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');

function wordsOf(type: string): string[] {
  const union = new RegExp(`export type ${type} =([^;]+);`).exec(bindings)?.[1] ?? '';
  return [...union.matchAll(/"([a-z0-9_]+)"/g)].map((match) => match[1] ?? '');
}

const NAMED: Record<string, string> = {
  JobKind: 'words.jobKind',
  ApplianceKind: 'words.appliance',
  Urgency: 'words.urgency',
  Coverage: 'words.coverage',
  NodeKind: 'words.node',
  JobOutcome: 'words.outcome',
  Phase: 'words.phase',
  FailureClass: 'words.failureClass',
  Verdict: 'words.verdict',
  ServiceCode: 'words.service',
  ServiceState: 'words.serviceState',
  PhotoStage: 'words.stage',
  RoleName: 'words.role',
  DeviceStatus: 'words.deviceStatus',
  SyncState: 'words.syncState',
  PhotoPlace: 'words.photoPlace',
  Step: 'words.step',
  SheetField: 'words.field',
  FindingCode: 'words.finding',
  BlockerCode: 'words.blocker',
  SignedFor: 'words.signedFor',
  Signer: 'words.signer',
  NoticeKind: 'words.noticeKind',
  ContactChannel: 'words.channel',
  RepairLevel: 'words.repairLevel',
  NoLoaner: 'words.noLoaner',
  CustodyStep: 'words.custody',
  BenchNext: 'words.benchNext',
  BenchWork: 'words.benchWork',
  FeeKind: 'words.feeKind',
  FeeOff: 'words.feeOff',
  Payer: 'words.payer',
  PayWay: 'words.payWay',
  PaidFor: 'words.paidFor',
  Unit: 'words.unit',
  Shell: 'words.shell',
  Language: 'words.language',
  ErrorCode: 'errors',
  PayWaits: 'mine.waits',
  WageKind: 'mine.wage',
  RequestStep: 'mine.step',
  CertificateKind: 'mine.certificate',
  Grade: 'mine.gradeWord',
};
/** The short codes that actions leave in a job's history, as the core's own sources have them. */
const CORE = resolve(import.meta.dirname, '../../../src-tauri/core/src/actions');
const ACTIONS = [...new Set(['', 'facts'].flatMap((folder) => actionsIn(resolve(CORE, folder))))];
/** Actions on papers that are no job's. */
const ELSEWHERE = [
  'spoken_secret',
  'answer_request',
  'ask_advance',
  'ask_part',
  'hand_in',
  'move_stock',
  'note_owner',
  'old_parts',
  'part_terms',
  'publish_set',
  'roster',
  'sample',
  'take_back_set',
  'tell_reminder',
  'withdraw',
];

function actionsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.rs') && name !== 'outlet.rs')
    .flatMap((name) => {
      const text = readFileSync(resolve(folder, name), 'utf8');
      const places = [
        /\bcode: "(\w+)"/g,
        /\("(\w+)", Edit/g,
        /"(\w+)" \} else \{ "\w+" \}/g,
        /\} else \{ "(\w+)" \}/g,
        /\bact\([^;]*?, "(\w+)"/g,
        /Custody\w*::\w+ => "(\w+)"/g,
        /add_node\([^;]*?, "(\w+)"\)/g,
      ];
      return places.flatMap((place) => [...text.matchAll(place)].map((match) => match[1] ?? ''));
    });
}

/** Every text that the sources ask for by its name, or by the beginning of it. */
const SRC = resolve(import.meta.dirname, '..');
const asked = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(ts|vue)$/.test(path) && !path.endsWith('.test.ts'))
  .flatMap((path) => [...readFileSync(resolve(SRC, path), 'utf8').matchAll(/\bt\(\s*(?:'([\w.]+)'|`([\w.]+\.)\$)/g)])
  .map(([, name, beginning]) => ({ name, beginning }));

describe.each([
  ['zh', zh as unknown as Tree],
  ['en', en as unknown as Tree],
])('the texts in %s', (_language, tree) => {
  const texts = flat(tree);

  it.each(Object.entries(NAMED))('name every %s', (type, group) => {
    const words = wordsOf(type);
    expect(words.length).toBeGreaterThan(1);
    expect(words.filter((word) => !texts.get(`${group}.${word}`))).toEqual([]);
  });

  it('name every action of a history', () => {
    expect(ACTIONS).toContain('go_without_loaner');
    expect(ACTIONS.length).toBeGreaterThan(50);
    expect(ACTIONS.filter((action) => !ELSEWHERE.includes(action) && !texts.get(`words.action.${action}`))).toEqual([]);
  });

  it('are all there that a screen asks for', () => {
    const keys = [...texts.keys()];
    const has = ({ name, beginning }: (typeof asked)[number]) =>
      name ? texts.has(name) : keys.some((key) => key.startsWith(beginning ?? ''));
    expect(asked.length).toBeGreaterThan(500);
    expect(asked.filter((each) => !has(each)).map((each) => each.name ?? each.beginning)).toEqual([]);
  });

  it('leave nothing empty', () => {
    expect([...texts].filter(([, text]) => text.trim() === '').map(([key]) => key)).toEqual([]);
  });
});

describe('the two languages', () => {
  it('have the same keys', () => {
    expect([...flat(en as unknown as Tree).keys()].sort()).toEqual([...flat(zh as unknown as Tree).keys()].sort());
  });

  it('take the same parameters', () => {
    const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort().join();
    const english = flat(en as unknown as Tree);
    const differing = [...flat(zh as unknown as Tree)]
      .filter(([key, text]) => names(text) !== names(english.get(key) ?? ''))
      .map(([key]) => key);
    expect(differing).toEqual([]);
  });
});

describe('a failure', () => {
  it('names the field in the person’s own word', async () => {
    expect(failureText({ code: 'field_required', params: { field: 'customer' }, detail: '' })).toBe('「客户姓名」要填。其他内容都还在。');
    await speak('en');
    expect(failureText({ code: 'field_too_long', params: { field: 'model' }, detail: '' })).toContain('“Model”');
  });

  it('names everything that stands in the way, by its own name where there is one', async () => {
    const params = { count: '2', blockers: 'loaner_undecided,symptom_missing', zh: '', en: '' };
    expect(failureText({ code: 'step_blocked', params, detail: '' })).toContain('备用机还没定、缺故障现象');
    const readings = { count: '1', blockers: 'phase_too_early', zh: '接地有效', en: 'Earth present' };
    expect(failureText({ code: 'phase_too_early', params: readings, detail: '' })).toBe('要先测前面的：接地有效。');
    await speak('en');
    expect(failureText({ code: 'phase_too_early', params: readings, detail: '' })).toContain('Earth present');
  });

  it('tells the bounds of an amount as money, and what is not here in words', () => {
    expect(failureText({ code: 'number_out_of_range', params: { field: 'kept', least: '0', most: '20000' }, detail: '' })).toContain(
      '¥200.00',
    );
    expect(failureText({ code: 'not_here', params: { what: 'loaner' }, detail: '' })).toContain('没有备用机');
  });

  it('that a newer core invents is told as a problem of the app, not as a bare code', () => {
    expect(failureText({ code: 'from_the_future' as never, params: {}, detail: '' })).toContain('程序出了问题');
  });
});

it('texts that come later are there for everybody who asked meanwhile', async () => {
  vi.resetModules();
  const fresh = await import('./index');
  await fresh.speak('zh');
  void fresh.speakDesk();
  await fresh.speakDesk();
  expect(fresh.i18n.global.t('desk.orders.previous')).toBe('前一天');
  await fresh.speak('en');
  expect(fresh.i18n.global.t('desk.orders.previous')).not.toContain('desk.');
});
