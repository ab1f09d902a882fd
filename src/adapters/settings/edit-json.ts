/**
 * Changes one value in a JSON file that a person wrote: comments, indentation, line ends and the rest of the values
 * stay as they are.
 */
import { createScanner, type Node, parseTree } from 'jsonc-parser';

/** Longer values are written on several lines. */
const mostOnOneLine = 80;

/**
 * `value` undefined removes the key, wherever it is repeated. The text is valid JSON with comments and holds an object;
 * an empty one gets its first.
 */
export function edited(text: string, path: readonly string[], value: unknown): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const source = text.slice(mark.length);
  const { eol } = styleOf(source);
  const filled = treeOf(source)
    ? source
    : `${source}${source === '' || source.endsWith('\n') ? '' : eol}{}${eol}`;
  return mark + (value === undefined ? without(filled, path) : withValue(filled, path, value));
}

interface Style {
  eol: string;
  /** One step of indentation. */
  step: string;
}

function styleOf(source: string): Style {
  return {
    eol: source.includes('\r\n') ? '\r\n' : '\n',
    step: /^(?:\t| +)(?=["/])/m.exec(source)?.[0] ?? '  ',
  };
}

function treeOf(source: string): Node | undefined {
  return parseTree(source, [], { allowTrailingComma: true });
}

/** As JSON.parse: the last of several with the same name. */
function propertyOf(node: Node, key: string): Node | undefined {
  return node.type === 'object'
    ? node.children?.findLast((property) => property.children?.[0]?.value === key)
    : undefined;
}

function withValue(source: string, path: readonly string[], value: unknown): string {
  let node = treeOf(source)!;
  let depth = 0;
  for (; depth < path.length && node.type === 'object'; depth++) {
    const found = propertyOf(node, path[depth]!)?.children?.[1];
    if (!found) return inserted(source, node, path[depth]!, nested(path.slice(depth + 1), value));
    node = found;
  }
  const written = layOut(nested(path.slice(depth), value), indentAt(source, node.offset), styleOf(source));
  return spliced(source, node.offset, node.offset + node.length, written);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, key) => ({ [key]: inner }), value);
}

/** After everything else in the object, its comments included. */
function inserted(source: string, object: Node, key: string, value: unknown): string {
  const style = styleOf(source);
  const close = object.offset + object.length - 1;
  const properties = object.children ?? [];
  const last = properties.at(-1);
  const inside = source.slice(object.offset + 1, close);
  const end = object.offset + 1 + inside.trimEnd().length;
  const comma = last && commaAfter(source, last, close);
  const isRoot = object.parent === undefined;
  const onLines = inside.includes('\n') || (isRoot && properties.length === 0);
  const outer = indentAt(source, object.offset);
  const indent = last && startsLine(source, last.offset) ? indentAt(source, last.offset) : outer + style.step;
  const entry = `${JSON.stringify(key)}: ${layOut(value, onLines ? indent : outer, style)}`;
  const tail = source.slice(end, close);
  let text: string;
  if (onLines) {
    const closing = tail.includes('\n') ? tail : `${style.eol}${outer}`;
    text = `${style.eol}${indent}${entry}${comma === undefined ? '' : ','}${closing}`;
  } else text = ` ${entry}${tail === '' && !last ? ' ' : tail}`;
  const separated = last && comma === undefined ? spliced(source, endOf(last), endOf(last), ',') : source;
  const moved = separated.length - source.length;
  return spliced(separated, end + moved, close + moved, text);
}

function without(source: string, path: readonly string[]): string {
  let text = source;
  for (;;) {
    let node: Node | undefined = treeOf(text);
    for (const key of path.slice(0, -1)) node = node && propertyOf(node, key)?.children?.[1];
    const property = node && propertyOf(node, path.at(-1)!);
    if (!node || !property) return text;
    text = removed(text, node, property);
  }
}

function removed(source: string, object: Node, property: Node): string {
  const properties = object.children!;
  const before = properties[properties.indexOf(property) - 1];
  const close = object.offset + object.length - 1;
  let text = source;
  const comma = commaAfter(source, property, close) ?? (before && commaAfter(source, before, close));
  let start = property.offset;
  if (comma !== undefined && comma > start) text = spliced(text, comma, comma + 1, '');
  text = spliced(text, start, endOf(property), '');
  if (comma !== undefined && comma < start) {
    text = spliced(text, comma, comma + 1, '');
    start--;
  }
  // The line, if nothing is left on it; otherwise the blanks on one side.
  const cut = start;
  let end = cut;
  while (/[ \t]/.test(text[end] ?? '')) end++;
  while (/[ \t]/.test(text[start - 1] ?? '')) start--;
  if (text[start - 1] !== '\n') return spliced(text, start, cut, '');
  const isLine = /^\r?\n/.test(text.slice(end, end + 2));
  return isLine ? spliced(text, start, text.indexOf('\n', end) + 1, '') : spliced(text, cut, end, '');
}

/** Offset of the comma behind a property, past blanks and comments. */
function commaAfter(source: string, property: Node, close: number): number | undefined {
  const scanner = createScanner(source, true);
  scanner.setPosition(endOf(property));
  scanner.scan();
  const at = scanner.getTokenOffset();
  return at < close && source[at] === ',' ? at : undefined;
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

function spliced(text: string, start: number, end: number, between: string): string {
  return text.slice(0, start) + between + text.slice(end);
}

/** The blanks at the beginning of the line. */
function indentAt(source: string, offset: number): string {
  const start = source.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(source.slice(start))![0];
}

function startsLine(source: string, offset: number): boolean {
  return source.slice(source.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

function layOut(value: unknown, indent: string, { eol, step }: Style): string {
  const line = onOneLine(value);
  return line.length <= mostOnOneLine
    ? line
    : JSON.stringify(value, null, step).replaceAll('\n', `${eol}${indent}`);
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
