/** Imports point inward, and each folder keeps to what it is allowed to know. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

interface Import {
  /** As written. */
  specifier: string;
  /** `import type`, or a list of nothing but types: gone at run time. */
  typeOnly: boolean;
  dynamic: boolean;
}

function importsOf(file: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({
        specifier: node.moduleSpecifier.text,
        typeOnly: isTypeOnly(node.importClause),
        dynamic: false,
      });
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push({ specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly, dynamic: false });
    } else if (ts.isCallExpression(node) && isLoader(node.expression)) {
      const [argument] = node.arguments;
      const specifier = argument && ts.isStringLiteralLike(argument) ? argument.text : '(computed)';
      found.push({ specifier, typeOnly: false, dynamic: true });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      found.push({
        specifier: (node.argument.literal as ts.StringLiteral).text,
        typeOnly: true,
        dynamic: false,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const { namedBindings } = clause;
  return (
    clause.name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.length > 0 &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

function isLoader(expression: ts.Expression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(expression) && expression.text === 'require')
  );
}

/** What a folder may import from the others of `src`; its own files always. */
const arrows: Record<string, readonly string[]> = {
  core: [],
  engine: ['core'],
  operations: ['core', 'engine'],
  adapters: ['core', 'engine'],
  rehearsal: ['core', 'engine'],
  factory: ['core', 'engine', 'adapters', 'rehearsal'],
  cli: ['boot', 'core', 'engine', 'operations', 'factory'],
  mcp: ['core', 'engine', 'operations', 'factory'],
  boot: [],
  index: ['boot'],
};
/** Arrows for types alone: nothing of them is left at run time. */
const typeArrows: Record<string, readonly string[]> = { operations: ['factory'] };
/** Arrows for one file, loaded when its action runs. */
const dynamicArrows: Record<string, readonly string[]> = {
  'src/cli/command-line.ts': ['src/mcp/serve-stdio.ts'],
};

/** Who may use a package. What is not listed here nobody may. */
const packages: Record<string, (file: string) => boolean> = {
  zod: () => true,
  diff: (file) => file.startsWith('src/core/'),
  'fastest-levenshtein': (file) => file.startsWith('src/core/'),
  openai: (file) => file.startsWith('src/adapters/openai/'),
  '@modelcontextprotocol/sdk': (file) => file.startsWith('src/mcp/'),
  commander: (file) => file.startsWith('src/cli/'),
  chalk: (file) => file.startsWith('src/cli/'),
  ora: (file) => file.startsWith('src/cli/'),
  'cli-table3': (file) => file.startsWith('src/cli/'),
  dotenv: (file) => file.startsWith('src/adapters/'),
  tinyglobby: (file) => file.startsWith('src/adapters/'),
};
/** The engine reaches the machine through its ports. */
const withoutNode = new Set(['core', 'engine', 'operations']);
const nodeModules = new Set(builtinModules);

/** Ends the process after everything has been written: nobody else does. */
const mayExit = new Set(['src/mcp/serve-stdio.ts']);

function violations(path: string, source: string): string[] {
  const file = parse(path, source);
  const layer = layerOf(path);
  const found: string[] = [];
  if (!Object.hasOwn(arrows, layer)) found.push(`${path} belongs to no layer`);
  for (const { specifier, typeOnly, dynamic } of importsOf(file)) {
    const fault = specifier.startsWith('.')
      ? arrowFault(path, layer, posix.join(posix.dirname(path), specifier), { typeOnly, dynamic })
      : packageFault(path, layer, specifier);
    if (fault !== undefined) found.push(`${path} imports ${specifier}: ${fault}`);
  }
  if (!mayExit.has(path) && uses(file, 'process', ['exit', 'reallyExit', 'abort'])) {
    found.push(`${path} ends the process`);
  }
  if (layer === 'core') found.push(...impurities(file).map((what) => `${path} uses ${what}`));
  return found;
}

function parse(path: string, source: string): ts.SourceFile {
  return ts.createSourceFile(path, source, ts.ScriptTarget.ESNext, true);
}

function layerOf(path: string): string {
  return /^src\/([^/.]+)/.exec(path)?.[1] ?? '';
}

function arrowFault(
  path: string,
  layer: string,
  target: string,
  { typeOnly, dynamic }: { typeOnly: boolean; dynamic: boolean },
): string | undefined {
  if (target === 'package.json') {
    return ['boot', 'cli', 'mcp'].includes(layer) ? undefined : 'only the surfaces tell the version';
  }
  const to = layerOf(target);
  if (to === layer || arrows[layer]?.includes(to)) return undefined;
  if (typeOnly && typeArrows[layer]?.includes(to)) return undefined;
  if (dynamic && dynamicArrows[path]?.includes(target)) return undefined;
  return `${layer} does not know ${to === '' ? target : to}`;
}

function packageFault(path: string, layer: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) {
    return withoutNode.has(layer) ? `${layer} does not touch the machine` : undefined;
  }
  if (nodeModules.has(specifier)) return 'modules of node are imported as node:…';
  const name = packageOf(specifier);
  const allowed = Object.hasOwn(packages, name) ? packages[name] : undefined;
  if (!allowed) return `${name} is not among the packages that are used`;
  return allowed(path) ? undefined : `${name} is not for ${path}`;
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** `object.name` or `object['name']` for one of the names. */
function uses(file: ts.SourceFile, object: string, names: readonly string[]): boolean {
  let found = false;
  visitAll(file, (node) => {
    if (ts.isPropertyAccessExpression(node) && isNamed(node.expression, object)) {
      found ||= names.includes(node.name.text);
    } else if (
      ts.isElementAccessExpression(node) &&
      isNamed(node.expression, object) &&
      ts.isStringLiteralLike(node.argumentExpression)
    ) {
      found ||= names.includes(node.argumentExpression.text);
    } else if (
      // const { exit } = process
      ts.isVariableDeclaration(node) &&
      node.initializer &&
      isNamed(node.initializer, object) &&
      ts.isObjectBindingPattern(node.name)
    ) {
      found ||= node.name.elements.some((element) =>
        names.includes((element.propertyName ?? element.name).getText(file)),
      );
    }
  });
  return found;
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

function visitAll(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visitAll(child, look));
}

/** Clock, chance, and everything that reaches out of the process. */
const impureGlobals = new Set([
  'process',
  'console',
  'globalThis',
  'performance',
  'crypto',
  'fetch',
  'Buffer',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'require',
]);

function impurities(file: ts.SourceFile): string[] {
  const found: string[] = [];
  if (uses(file, 'Date', ['now'])) found.push('Date.now');
  if (uses(file, 'Math', ['random'])) found.push('Math.random');
  visitAll(file, (node) => {
    if (ts.isNewExpression(node) && isNamed(node.expression, 'Date') && !node.arguments?.length) {
      found.push('new Date()');
    } else if (ts.isCallExpression(node) && isNamed(node.expression, 'Date')) {
      found.push('Date()');
    } else if (ts.isIdentifier(node) && impureGlobals.has(node.text) && isReference(node)) {
      found.push(node.text);
    }
  });
  const declared = declaredNames(file);
  return found.filter((name) => !declared.has(name));
}

/** The name stands for a value, not for a member or a key. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) {
    return (ts.isPropertyAccessExpression(parent) ? parent.expression : parent.left) === node;
  }
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return !(
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    (ts.isBindingElement(parent) && parent.propertyName === node)
  );
}

/** Parameters and variables may have the name of a global. */
function declaredNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  visitAll(file, (node) => {
    if (
      (ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isBindingElement(node)) &&
      ts.isIdentifier(node.name)
    ) {
      names.add(node.name.text);
    }
  });
  return names;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .sort();

describe('architecture', () => {
  it('has all its layers', () => {
    expect([...new Set(sources.map(layerOf))].sort()).toEqual(Object.keys(arrows).sort());
  });

  it('lets imports point inward only, and keeps the core pure', () => {
    const found = sources.flatMap((path) => violations(path, readFileSync(`${root}${path}`, 'utf8')));
    expect(found).toEqual([]);
  });

  it('uses every package that it depends on', () => {
    const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const used = sources.flatMap((path) =>
      importsOf(parse(path, readFileSync(`${root}${path}`, 'utf8')))
        .filter(({ specifier }) => !/^(\.|node:)/.test(specifier))
        .map(({ specifier }) => packageOf(specifier)),
    );
    expect([...new Set(used)].sort()).toEqual(Object.keys(dependencies).sort());
  });
});

describe('the checker', () => {
  const wrong: [path: string, source: string, fault: string][] = [
    ['src/core/a.ts', "import { x } from '../engine/b.ts';", 'core does not know engine'],
    ['src/core/a.ts', "import type { X } from '../engine/b.ts';", 'core does not know engine'],
    ['src/core/a/b.ts', "export * from '../../adapters/c.ts';", 'core does not know adapters'],
    ['src/core/a.ts', "type X = import('../cli/b.ts').X;", 'core does not know cli'],
    ['src/core/a.ts', "import 'node:fs';", 'does not touch the machine'],
    ['src/core/a.ts', "import { readFileSync } from 'fs';", 'imported as node:'],
    ['src/core/a.ts', "import glob from 'tinyglobby';", 'tinyglobby is not for'],
    ['src/core/a.ts', 'const at = Date.now();', 'Date.now'],
    ['src/core/a.ts', "const at = Date['now']();", 'Date.now'],
    ['src/core/a.ts', 'const at = new Date();', 'new Date()'],
    ['src/core/a.ts', 'const at = new Date;', 'new Date()'],
    ['src/core/a.ts', 'const { random } = Math;', 'Math.random'],
    ['src/core/a.ts', 'const dice = Math.random;', 'Math.random'],
    ['src/core/a.ts', 'const key = process.env.KEY;', 'process'],
    ['src/core/a.ts', 'const all = { console };', 'console'],
    ['src/core/a.ts', 'globalThis.x = 1;', 'globalThis'],
    ['src/engine/a.ts', "import { x } from '../operations/b.ts';", 'engine does not know operations'],
    ['src/engine/a.ts', "import { setTimeout } from 'node:timers/promises';", 'does not touch the machine'],
    ['src/operations/a.ts', "import { createFactory } from '../factory.ts';", 'does not know factory'],
    ['src/operations/a.ts', "import { type Factory, createFactory } from '../factory.ts';", 'factory'],
    ['src/operations/a.ts', "import { x } from '../adapters/b.ts';", 'operations does not know adapters'],
    ['src/adapters/a.ts', "import { x } from '../operations/b.ts';", 'adapters does not know operations'],
    ['src/adapters/a.ts', "import OpenAI from 'openai';", 'openai is not for'],
    ['src/adapters/a.ts', "const { default: x } = await import('openai/streaming');", 'openai is not for'],
    ['src/cli/a.ts', "import { x } from '../mcp/tools.ts';", 'cli does not know mcp'],
    ['src/cli/command-line.ts', "import { x } from '../mcp/serve-stdio.ts';", 'cli does not know mcp'],
    ['src/cli/a.ts', "await import('../mcp/serve-stdio.ts');", 'cli does not know mcp'],
    ['src/cli/a.ts', 'await import(name);', '(computed) is not among'],
    ['src/cli/a.ts', "import { x } from '@modelcontextprotocol/sdk/types.js';", 'is not for'],
    ['src/mcp/a.ts', "import { x } from '../cli/b.ts';", 'mcp does not know cli'],
    ['src/mcp/a.ts', "import chalk from 'chalk';", 'chalk is not for'],
    ['src/engine/a.ts', "import { x } from 'left-pad';", 'left-pad is not among'],
    ['src/cli/a.ts', 'process.exit(1);', 'ends the process'],
    ['src/cli/a.ts', 'const { exit } = process;', 'ends the process'],
    ['src/elsewhere/a.ts', '', 'belongs to no layer'],
  ];

  it.each(wrong)('finds fault in %s: %s', (path, source, fault) => {
    expect(violations(path, source).join('\n')).toContain(fault);
  });

  const right: [path: string, source: string][] = [
    ['src/core/a.ts', "import * as z from 'zod'; import { diffLines } from 'diff';"],
    ['src/core/a/b.ts', "import { x } from '../c.ts'; const day = new Date(0).toISOString();"],
    ['src/core/a.ts', 'const process = read(); const x = process.exitCode; const y = { console: 1 };'],
    ['src/operations/a.ts', "import type { Factory } from '../factory.ts';"],
    ['src/operations/a.ts', "import { type Factory } from '../factory.ts';"],
    ['src/adapters/openai/a.ts', "import OpenAI from 'openai';"],
    ['src/cli/command-line.ts', "await import('../mcp/serve-stdio.ts');"],
    ['src/mcp/serve-stdio.ts', 'process.exit();'],
    ['src/cli/a.ts', 'process.exitCode = 1;'],
  ];

  it.each(right)('finds none in %s: %s', (path, source) => {
    expect(violations(path, source)).toEqual([]);
  });
});
