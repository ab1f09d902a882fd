/**
 * Small changes to a source that its tests should notice. Only in the bodies of functions; those of the functions that
 * are tested first. The same source always gives the same mutants.
 */
import { type GrammarName, languageOfGrammar } from './grammars.ts';
import { childrenOf, namedChildrenOf, type SyntaxNode } from './tree.ts';

export interface Mutant {
  /** From 1. */
  id: number;
  /** Name of the innermost function that has one. Empty if none has. */
  function: string;
  /** From 1. */
  line: number;
  /** In words, e.g. `negating the condition`. */
  kind: string;
  /** What is replaced: indexes into the source. */
  start: number;
  end: number;
  replacement: string;
  /** The whole expression or statement in which it is: see `switched-mutants.ts`. */
  unit: { kind: 'expression' | 'statement'; start: number; end: number };
}

export interface MutantOptions {
  /** Names of the functions to begin with. Default: none in particular. */
  targets?: readonly string[];
  /** Default 8. */
  most?: number;
  /** Default 3. */
  perFunction?: number;
}

/** Levels of a tree that are looked at: a sum of thousands of terms is as deep. */
const deepest = 500;

type Draft = Omit<Mutant, 'id' | 'function'> & { rank: number };

/** Empty for a source with errors, and for languages that are not mutated. */
export function mutantsOf(
  root: SyntaxNode,
  grammar: GrammarName,
  { targets = [], most = 8, perFunction = 3 }: MutantOptions = {},
): Mutant[] {
  const rules = rulesOf[languageOfGrammar(grammar)];
  if (!rules || root.hasError) return [];
  const byFunction = new Map<string, { name: string; drafts: Draft[] }>();
  const walk = (node: SyntaxNode, inside: { key: string; name: string } | undefined, depth = 0) => {
    if (rules.skipped.has(node.type) || depth > deepest) return;
    const body = rules.functions.has(node.type) ? node.childForFieldName('body') : null;
    if (inside) {
      for (const draft of draftsAt(node, rules)) {
        const found = byFunction.get(inside.key) ?? { name: inside.name, drafts: [] };
        byFunction.set(inside.key, found);
        found.drafts.push(draft);
      }
    }
    for (const child of namedChildrenOf(node)) {
      // A default of a parameter is not in the body.
      const isBody =
        body !== null && child.startIndex === body.startIndex && child.endIndex === body.endIndex;
      if (body && !isBody) continue;
      walk(child, isBody ? functionOf(node, inside) : inside, depth + 1);
    }
  };
  walk(root, undefined);
  const isTarget = ({ name }: { name: string }) =>
    targets.includes(name.replace(/^.*\./, '')) || targets.includes(name);
  const functions = [...byFunction.values()];
  const groups = [...functions.filter(isTarget), ...functions.filter((each) => !isTarget(each))];
  const hasTargets = groups.some(isTarget);
  const chosen = groups.map((group) => ({ ...group, drafts: pick(group.drafts, perFunction) }));
  const taken: Omit<Mutant, 'id'>[] = [];
  const take = (from: typeof chosen) => {
    // In turn, so that each function has one before any has its second.
    for (let round = 0; round < perFunction; round++)
      for (const { name, drafts } of from) {
        const draft = drafts[round];
        if (!draft || taken.length >= most) continue;
        const { rank: _, ...mutant } = draft;
        taken.push({ ...mutant, function: name });
      }
  };
  if (hasTargets) take(chosen.filter(isTarget));
  take(hasTargets ? chosen.filter((group) => !isTarget(group)) : chosen);
  return taken.map((mutant, at) => ({ ...mutant, id: at + 1 }));
}

/** The source with this mutant and no other. */
export function mutated(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

/** Of each kind one before a second of any; then by place. */
function pick(drafts: readonly Draft[], most: number): Draft[] {
  const seen = new Map<number, number>();
  return drafts
    .map((draft) => {
      const times = seen.get(draft.rank) ?? 0;
      seen.set(draft.rank, times + 1);
      return { draft, order: times * 10 + draft.rank };
    })
    .sort((a, b) => a.order - b.order || a.draft.start - b.draft.start)
    .slice(0, most)
    .map(({ draft }) => draft);
}

function functionOf(node: SyntaxNode, outer: { key: string; name: string } | undefined) {
  const own = (node.childForFieldName('name') ?? nameOfHolder(node))?.text;
  return { key: `${node.startIndex}`, name: own ?? outer?.name ?? '' };
}

/** `const name = () => …`, `{ name: () => … }`. */
function nameOfHolder({ parent }: SyntaxNode): SyntaxNode | null {
  if (parent?.type === 'variable_declarator') return parent.childForFieldName('name');
  return parent?.type === 'pair' ? parent.childForFieldName('key') : null;
}

interface Rules {
  functions: ReadonlySet<string>;
  /** With all that is in it. */
  skipped: ReadonlySet<string>;
  operations: ReadonlySet<string>;
  /** Statements and expressions with a condition. */
  conditions: ReadonlySet<string>;
  numbers: ReadonlySet<string>;
  calls: ReadonlySet<string>;
  not: (condition: string) => string;
  /** In place of the value of a `return`; undefined where one is needed. */
  nothing: string | undefined;
  /** In place of a statement. */
  emptyStatement: string;
}

const javascript: Rules = {
  functions: new Set([
    ...[
      'function_declaration',
      'function_expression',
      'generator_function',
      'generator_function_declaration',
    ],
    ...['method_definition', 'arrow_function'],
  ]),
  skipped: new Set([
    ...['import_statement', 'type_annotation', 'type_alias_declaration', 'interface_declaration', 'comment'],
    ...['decorator', 'enum_declaration', 'ambient_declaration', 'regex', 'type_arguments', 'type_parameters'],
    ...[
      'as_expression',
      'satisfies_expression',
      'literal_type',
      'computed_property_name',
      'property_identifier',
    ],
    ...['type_predicate_annotation', 'asserts_annotation'],
  ]),
  operations: new Set(['binary_expression']),
  conditions: new Set(['if_statement', 'while_statement', 'ternary_expression']),
  numbers: new Set(['number']),
  calls: new Set(['call_expression', 'await_expression']),
  not: (condition) => `!(${condition})`,
  nothing: 'undefined',
  emptyStatement: ';',
};

const python: Rules = {
  functions: new Set(['function_definition']),
  skipped: new Set(['import_statement', 'import_from_statement', 'type', 'comment', 'decorator', 'string']),
  operations: new Set(['comparison_operator', 'boolean_operator', 'binary_operator']),
  conditions: new Set(['if_statement', 'elif_clause', 'while_statement', 'conditional_expression']),
  numbers: new Set(['integer']),
  calls: new Set(['call', 'await']),
  not: (condition) => `(not (${condition}))`,
  nothing: 'None',
  emptyStatement: 'pass',
};

const go: Rules = {
  functions: new Set(['function_declaration', 'method_declaration', 'func_literal']),
  skipped: new Set(['import_declaration', 'type_declaration', 'const_declaration', 'comment', 'array_type']),
  operations: new Set(['binary_expression']),
  conditions: new Set(['if_statement', 'for_clause']),
  numbers: new Set(['int_literal']),
  calls: new Set(['call_expression']),
  not: (condition) => `!(${condition})`,
  nothing: undefined,
  emptyStatement: '',
};

const rulesOf: Readonly<Record<string, Rules>> = { javascript, typescript: javascript, python, go };

const swapped: Readonly<Record<string, string>> = {
  ...{ '<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '==', '===': '!==', '!==': '===' },
  ...{ '&&': '||', '||': '&&', '??': '||', and: 'or', or: 'and' },
  ...{ '+': '-', '-': '+', '*': '/', '/': '*', '%': '*' },
};
const booleans: Readonly<Record<string, string>> = {
  true: 'false',
  false: 'true',
  True: 'False',
  False: 'True',
};

function draftsAt(node: SyntaxNode, rules: Rules): Draft[] {
  const line = node.startPosition.row + 1;
  const whole = spanOf(node);
  const draft = (
    rank: number,
    kind: string,
    { start, end }: { start: number; end: number },
    replacement: string,
    unit: Draft['unit'] = { kind: 'expression', ...whole },
  ): Draft => ({ rank, kind, line, start, end, replacement, unit });
  const { type, parent } = node;
  if (rules.conditions.has(type)) {
    const condition = conditionOf(node, rules);
    if (!condition) return [];
    const place = spanOf(condition);
    return [
      draft(0, 'negating the condition', place, rules.not(condition.text.slice(0, place.end - place.start)), {
        kind: 'expression',
        ...place,
      }),
    ];
  }
  if (type === 'return_statement') {
    const value = onlyNamed(node);
    if (rules.nothing === undefined || !value || /^(?:undefined|null|none)$/.test(value.type)) return [];
    const place = spanOf(value);
    return [draft(1, 'returning nothing', place, rules.nothing, { kind: 'expression', ...place })];
  }
  if (rules.operations.has(type)) {
    const sign = childrenOf(node).find((child) => !child.isNamed && swapped[child.type] !== undefined);
    // Texts are joined with a plus, and a minus between them is no likely fault.
    if (!sign || (sign.type === '+' && /["'`]/.test(node.text))) return [];
    // Beside another of these without parentheses it would be no code.
    if (sign.type === '??' && [node.parent, ...namedChildrenOf(node)].some((near) => near?.type === type))
      return [];
    const to = swapped[sign.type]!;
    return [draft(2, `${to} in place of ${sign.type}`, { start: sign.startIndex, end: sign.endIndex }, to)];
  }
  // The name of a property, or what one is read from, cannot be an expression.
  if (parent?.type === 'member_expression' || isNameIn(node)) return [];
  if (booleans[type] !== undefined && booleans[node.text] !== undefined)
    return [draft(3, `${booleans[node.text]} in place of ${node.text}`, whole, booleans[node.text]!)];
  if (type === 'expression_statement') {
    const call = onlyNamed(node);
    if (!call || !rules.calls.has(call.type) || /\bsuper\b|^(?:await )?(?:yield|import)\b/.test(call.text))
      return [];
    return [draft(4, 'dropping the call', whole, rules.emptyStatement, { kind: 'statement', ...whole })];
  }
  if (rules.numbers.has(type) && /^\d{1,15}$/.test(node.text) && !/^0\d/.test(node.text)) {
    const next = String(Number(node.text) + 1);
    return [draft(5, `${next} in place of ${node.text}`, whole, next)];
  }
  return [];
}

/** Without a comment at its end, which would hide what is put behind it. */
function spanOf(node: SyntaxNode): { start: number; end: number } {
  let last = node;
  for (let inner: SyntaxNode | undefined = node; inner; ) {
    last = inner;
    inner = childrenOf(inner).findLast(({ type }) => type !== 'comment');
  }
  return { start: node.startIndex, end: last.endIndex };
}

function isNameIn({ parent, startIndex }: SyntaxNode): boolean {
  const name = parent?.childForFieldName('key') ?? parent?.childForFieldName('name');
  return name?.startIndex === startIndex;
}

function onlyNamed(node: SyntaxNode): SyntaxNode | undefined {
  const [first, ...others] = namedChildrenOf(node).filter(({ type }) => type !== 'comment');
  return others.length === 0 ? first : undefined;
}

/** Without the parentheses around it that belong to the statement. */
function conditionOf(node: SyntaxNode, { conditions }: Rules): SyntaxNode | null {
  const given =
    node.childForFieldName('condition') ??
    // Python has the condition between its values.
    (node.type === 'conditional_expression' && conditions.has(node.type) ? node.namedChild(1) : null);
  return given?.type === 'parenthesized_expression' ? (onlyNamed(given) ?? null) : given;
}
