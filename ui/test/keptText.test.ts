/**
 * Nothing that is typed may be lost by a kill or a reload: whatever a text input is bound to must be a draft, a place in the address or
 * an input's own model. What is none of these is named here with the reason.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse } from 'vue/compiler-sfc';

const SOURCES = join(import.meta.dirname, '../src');
/** What outlives a reload, or is handed on to whoever uses the component. */
const KEEPS = ['useDraft', 'useDraftOf', 'inAddress', 'openInAddress', 'defineModel'];
/** A tap or a picked file is no typing; what is searched for is found again by typing it. */
const NOT_TYPED = ['checkbox', 'radio', 'file', 'search', 'range'];

const UNKEPT: Record<string, string> = {
  'components/EraseCard.vue: typed': 'the number is typed on purpose, each time: it must not stand there already',
  "desk/orders/OrderFilters.vue: asked('from')": 'it stands in the address (desk/inAddress.ts)',
  "desk/orders/OrderFilters.vue: asked('to')": 'it stands in the address (desk/inAddress.ts)',
  'desk/orders/OrderFilters.vue: asked(name)': 'it stands in the address (desk/inAddress.ts)',
  'desk/parts/PartListPage.vue: choice.from': 'kept with the file it belongs to (stores/keptFile.ts)',
  'desk/sets/ImportSet.vue: day': 'kept with the file it belongs to (stores/keptFile.ts)',
  'desk/settings/FormFields.vue: figure(field)': 'each key goes to WordsPage, which keeps it',
  'desk/settings/FormFields.vue: text(field)[language]': 'each key goes to WordsPage, which keeps it',
  'desk/settings/RescueCard.vue: key': 'a key is typed where it is used, and kept nowhere',
};

interface Bound {
  /** The name in the script. */
  of: string;
  text: string;
}

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.vue'))
  .map((name) => join(SOURCES, name));

/** The parts of a compiled template that are looked at. */
interface Part {
  type: number;
  tag?: string;
  name?: string;
  rawName?: string;
  value?: { content: string };
  exp?: { content: string };
  arg?: { content: string };
  props?: Part[];
  children?: Part[];
}
const ELEMENT = 1;
const ATTRIBUTE = 6;

const read = (file: string) => {
  const { descriptor } = parse(readFileSync(file, 'utf8'), { filename: file });
  return { ast: descriptor.template?.ast as Part | undefined, script: descriptor.scriptSetup?.content ?? descriptor.script?.content ?? '' };
};

/** Every binding of a component that takes text; `rows` says which list a name of a `v-for` comes from. */
function boundIn(part: Part, takes: (tag: string) => boolean, rows: ReadonlyMap<string, string> = new Map()): Bound[] {
  const found: Bound[] = [];
  const props = part.props ?? [];
  const [names, list] = props.find((prop) => prop.name === 'for')?.exp?.content.split(/\s(?:in|of)\s/) ?? [];
  const known = new Map([...rows, ...(names?.match(/[A-Za-z_$][\w$]*/g) ?? []).map((name) => [name, list ?? ''] as const)]);
  const type = props.find((prop) => prop.type === ATTRIBUTE && prop.name === 'type')?.value?.content ?? 'text';
  if (part.type === ELEMENT && part.tag && takes(part.tag) && !NOT_TYPED.includes(type)) {
    const model =
      props.find((prop) => prop.name === 'model') ?? props.find((prop) => prop.name === 'bind' && prop.arg?.content === 'typed');
    const value = props.find((prop) => prop.name === 'bind' && ['value', 'model-value'].includes(prop.arg?.content ?? ''));
    const bound = model ?? value;
    if (bound?.exp) found.push({ of: rootOf(known.get(rootOf(bound.exp.content)) ?? bound.exp.content), text: bound.exp.content });
  }
  for (const child of part.children ?? []) found.push(...boundIn(child, takes, known));
  return found;
}

const rootOf = (expression: string) => /[A-Za-z_$][\w$]*/.exec(expression)?.[0] ?? '';

/** Declarations of a name at any depth, each with the property it was taken from. */
function declared(source: ts.SourceFile, name: string): { from: string; by: ts.Expression }[] {
  const found: { from: string; by: ts.Expression }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer) {
      if (ts.isIdentifier(node.name) && node.name.text === name) found.push({ from: name, by: node.initializer });
      if (ts.isObjectBindingPattern(node.name))
        for (const each of node.name.elements)
          if (ts.isIdentifier(each.name) && each.name.text === name)
            found.push({ from: each.propertyName ? each.propertyName.getText(source) : name, by: node.initializer });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function moduleOf(file: string, source: ts.SourceFile, name: string): string | null {
  for (const each of source.statements) {
    if (!ts.isImportDeclaration(each) || !each.importClause?.getText(source).split(/\W+/).includes(name)) continue;
    const from = (each.moduleSpecifier as ts.StringLiteral).text;
    const path = from.startsWith('@/') ? join(SOURCES, from.slice(2)) : from.startsWith('.') ? join(dirname(file), from) : '';
    if (path && existsSync(`${path}.ts`)) return `${path}.ts`;
  }
  return null;
}

const scriptOf = (file: string) =>
  ts.createSourceFile(file, file.endsWith('.vue') ? read(file).script : readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);

function kept(file: string, name: string, seen = new Set<string>()): boolean {
  const at = `${file}#${name}`;
  if (name === '' || seen.has(at)) return false;
  seen.add(at);
  const source = scriptOf(file);
  return declared(source, name).some(({ from, by }) => {
    const call = ts.isCallExpression(by) ? by.expression.getText(source) : '';
    const called = call.split('.').at(-1) ?? '';
    if (KEEPS.includes(called)) return true;
    if (['ref', 'shallowRef', 'reactive'].includes(called)) return false;
    if (called === 'computed' || call === '') {
      const names = new Set(by.getText(source).match(/[A-Za-z_$][\w$]*/g) ?? []);
      return [...names].some((each) => each !== name && kept(file, each, seen));
    }
    const declaredHere = source.statements.find((each) => ts.isFunctionDeclaration(each) && each.name?.text === call);
    const own = declaredHere ?? declared(source, call)[0]?.by;
    if (own) return /\buseDraft(Of)?\b/.test(own.getText(source));
    const elsewhere = moduleOf(file, source, call);
    return elsewhere !== null && kept(elsewhere, from, seen);
  });
}

const unkept = (): string[] => {
  const takers = new Set(['input', 'textarea', 'ElInput', 'NumberPad', 'SaveField']);
  const found = new Map<string, Bound[]>();
  // A component that hands its input's model on is an input itself, and so is who uses that one.
  for (let before = -1; before !== takers.size;) {
    before = takers.size;
    for (const file of files) {
      const { ast } = read(file);
      const bound = ast ? boundIn(ast, (tag) => takers.has(tag)) : [];
      found.set(file, bound);
      const source = scriptOf(file);
      const models = bound.some(({ of }) => declared(source, of).some(({ by }) => by.getText(source).startsWith('defineModel')));
      if (models) takers.add(basename(file, '.vue'));
    }
  }
  return [...found].flatMap(([file, bound]) =>
    bound.filter(({ of }) => !kept(file, of)).map(({ text }) => `${relative(SOURCES, file)}: ${text}`),
  );
};

describe('what is typed', () => {
  it('is a draft wherever it is typed, or named with a reason', () => {
    expect(unkept().sort()).toEqual(Object.keys(UNKEPT).sort());
  });
});
