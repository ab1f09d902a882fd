/** The names that a file offers to others, as far as they stand in it. */
import { type GrammarName, languageOfGrammar } from './grammars.ts';
import { childrenOf, namedChildrenOf, type SyntaxNode } from './tree.ts';

/** Stands for whatever another file exports. */
const everything = '*';

export function exportedNames(root: SyntaxNode, grammar: GrammarName): Set<string> {
  const names = readers[languageOfGrammar(grammar)]?.(namedChildrenOf(root)) ?? [];
  return new Set(names.filter((name) => name !== ''));
}

/** Names of `before` that `after` has no more, in their order. */
export function lostExports(before: ReadonlySet<string>, after: ReadonlySet<string>): string[] {
  return after.has(everything) ? [] : [...before].filter((name) => name !== everything && !after.has(name));
}

const nameOf = (node: SyntaxNode | null) => node?.childForFieldName('name')?.text ?? '';
const isPublicName = (name: string) => /^\p{Lu}/u.test(name);

const readers: Readonly<Record<string, (statements: SyntaxNode[]) => string[]>> = {
  javascript: (statements) => statements.flatMap(exportedByStatement),
  typescript: (statements) => statements.flatMap(exportedByStatement),
  python: publicInPython,
  go: (statements) => statements.flatMap(declaredInGo).filter((name) => isPublicName(name)),
  rust: (statements) =>
    statements
      .filter((item) =>
        childrenOf(item).some(({ type, text }) => type === 'visibility_modifier' && text === 'pub'),
      )
      .map(nameOf),
  java: (statements) => statements.filter(isPublicInJava).map(nameOf),
  ruby: (statements) => statements.filter(({ type }) => ['class', 'module'].includes(type)).map(nameOf),
  php: (statements) =>
    statements
      .filter(({ type }) => /^(?:function_definition|(?:class|interface|trait|enum)_declaration)$/.test(type))
      .map(nameOf),
};

function exportedByStatement(statement: SyntaxNode): string[] {
  if (statement.type === 'expression_statement') return exportedByAssignment(statement.namedChild(0));
  if (statement.type !== 'export_statement') return [];
  const parts = childrenOf(statement);
  if (parts.some(({ type }) => type === 'default')) return ['default'];
  if (parts.some(({ type }) => type === '*')) return [everything];
  const declaration = statement.childForFieldName('declaration');
  if (declaration) return declaredNames(declaration);
  const [clause] = parts.filter(({ type }) => type === 'export_clause' || type === 'namespace_export');
  if (clause?.type === 'namespace_export') return [clause.namedChild(0)?.text ?? ''];
  return (clause ? namedChildrenOf(clause) : []).map(
    (specifier) => (specifier.childForFieldName('alias') ?? specifier.childForFieldName('name'))?.text ?? '',
  );
}

function declaredNames(declaration: SyntaxNode): string[] {
  if (!/^(?:lexical|variable)_declaration$/.test(declaration.type)) return [nameOf(declaration)];
  return namedChildrenOf(declaration).flatMap((declarator) => {
    const name = declarator.childForFieldName('name');
    return name?.type === 'identifier' ? [name.text] : [];
  });
}

/** `module.exports = { a, b }`, `exports.a = …`. */
function exportedByAssignment(expression: SyntaxNode | null): string[] {
  if (expression?.type !== 'assignment_expression') return [];
  const left = expression.childForFieldName('left')?.text ?? '';
  const right = expression.childForFieldName('right');
  const property = /^(?:module\.)?exports\.([\w$]+)$/.exec(left)?.[1];
  if (property !== undefined) return [property];
  if (left !== 'module.exports' || !right) return [];
  if (right.type !== 'object') return ['module.exports'];
  const entries = namedChildrenOf(right);
  if (entries.some(({ type }) => type === 'spread_element')) return [everything];
  return entries.map((entry) =>
    entry.type === 'shorthand_property_identifier'
      ? entry.text
      : ((entry.childForFieldName('key') ?? entry.childForFieldName('name'))?.text ?? ''),
  );
}

/** What `__all__` lists, or else the functions and classes whose name has no underscore in front. */
function publicInPython(statements: SyntaxNode[]): string[] {
  const names: string[] = [];
  for (const statement of statements) {
    const assigned = statement.type === 'expression_statement' ? statement.namedChild(0) : null;
    if (assigned?.type === 'assignment' && assigned.childForFieldName('left')?.text === '__all__')
      return namedChildrenOf(assigned.childForFieldName('right') ?? assigned)
        .filter(({ type }) => type === 'string')
        .map(({ text }) => text.replace(/^\w*["']+|["']+$/g, ''));
    const defined = statement.childForFieldName('definition') ?? statement;
    if (/^(?:function|class)_definition$/.test(defined.type)) names.push(nameOf(defined));
  }
  return names.filter((name) => !name.startsWith('_'));
}

/** Methods with the type that they belong to. */
function declaredInGo(declaration: SyntaxNode): string[] {
  if (declaration.type === 'method_declaration') {
    const receiver = /\*?(\w+)(?:\[[^\]]*\])?\s*\)$/.exec(
      declaration.childForFieldName('receiver')?.text ?? '',
    )?.[1];
    const name = nameOf(declaration);
    return receiver !== undefined && isPublicName(name) ? [`${receiver}.${name}`] : [];
  }
  if (declaration.type === 'function_declaration') return [nameOf(declaration)];
  if (!/^(?:type|const|var)_declaration$/.test(declaration.type)) return [];
  return namedChildrenOf(declaration)
    .flatMap((spec) => (/_list$/.test(spec.type) ? namedChildrenOf(spec) : [spec]))
    .map(nameOf);
}

function isPublicInJava(declaration: SyntaxNode): boolean {
  return childrenOf(declaration).some(({ type, text }) => type === 'modifiers' && /\bpublic\b/.test(text));
}
