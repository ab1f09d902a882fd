/** Tells that code is in another language than the one that was asked for. In doubt it is not. */
import { normaliseLanguage } from '../input/language.ts';
import { jsonIn } from './valid-json.ts';

/** Languages that stand in one file, or are written the same way. */
const families: Readonly<Record<string, string>> = {
  javascript: 'js',
  typescript: 'js',
  c: 'c',
  cpp: 'c',
  'objective-c': 'c',
  json: 'json',
  jsonc: 'json',
  json5: 'json',
  python: 'python',
  go: 'go',
  rust: 'rust',
  java: 'java',
  kotlin: 'kotlin',
  csharp: 'csharp',
  ruby: 'ruby',
  php: 'php',
  swift: 'swift',
  shell: 'shell',
  sql: 'sql',
  yaml: 'yaml',
  toml: 'toml',
  css: 'css',
  html: 'html',
  markdown: 'markdown',
};

const shells = new Set([
  'sh',
  'console',
  'shell-session',
  'shellsession',
  'terminal',
  'cmd',
  'powershell',
  'bat',
]);

/** What a fence is marked with that holds a drawing, or the call of a tool that there is not. */
const notCode = new Set(['mermaid', 'plantuml', 'tool_code', 'tool_call', 'tool', 'diff', 'patch']);

/** Lines that only one family has. */
const signatures: Readonly<Record<string, RegExp>> = {
  python:
    /^\s*(?:async )?def \w+\(.*:\s*$|^from [\w.]+ import |^class \w+(?:\([\w., ]*\))?:\s*$|^if __name__ ==/,
  js: /^\s*(?:export )?(?:default )?(?:async )?function\b.*\{|^\s*(?:export )?const [\w{[].*=.*[;{([]\s*$|^import .*from ['"]|\) => |^\s*(?:export )?(?:interface \w+ \{|type \w+ = )/,
  go: /^package \w+$|^func (?:\(.*\) )?\w+\(.*\{$/,
  rust: /^\s*(?:pub )?fn \w+.*\{|^use \w+(?:::.*)?;|^#\[\w+|^\s*let mut |^(?:pub )?(?:impl|struct|enum|mod)\b.*[{;]/,
  java: /^\s*public (?:final |abstract |static )*(?:class|interface|enum|record|void|int|String)\b|^package [\w.]+;|^import (?:static )?[\w.*]+;/,
  c: /^\s*#include\s*[<"]/,
  csharp: /^using [\w.]+;|^namespace [\w.]+/,
  ruby: /^\s*def [\w.?!]+(?:\(.*\))?\s*$|^\s*end$|^require(?:_relative)? ['"]/,
  php: /^<\?php/,
};

/** Forms that are unmistakable as the first line of code, even of a short answer. Swift's functions begin as Go's do. */
const openings: Readonly<Record<string, RegExp>> = {
  python: /^(?:async )?def \w+\(.*\)(?: ?-> ?[^:]+)?:(?:\s*$| \S)/,
  go: /^func (?:\(\w+ \S+\) )?\w+\(.*\{$/,
  rust: /^(?:pub )?(?:async )?fn \w+(?:<.*>)?\(.*\)(?: -> .+)? \{/,
  c: /^#include\s*(?:<[\w./+-]+>|"[\w./+-]+")\s*$/,
  php: /^<\?php\b/,
};
/** Characters of a first line that are looked at: a bound on work. */
const longestOpening = 300;
/** Comments and decorators, which stand above the code. */
const above = /^\s*(?:$|\/\/|\/\*|\*|#(?!include)|@\w)/;

function familyOf(language: string): string | undefined {
  return Object.hasOwn(families, language) ? families[language] : undefined;
}

export interface WrittenCode {
  code: string;
  /** What the fence is marked with, if anything. */
  info: string;
}

/** Its name, if the code is in another language than `wanted` and the request names no other. */
export function otherLanguage(
  { code, info }: WrittenCode,
  wanted: string | undefined,
  instruction: string,
): string | undefined {
  const family = wanted === undefined ? undefined : familyOf(wanted);
  if (family === undefined) return undefined;
  if (notCode.has(info)) return info;
  if (family !== 'json' && isData(code)) return namesLanguage(instruction, 'json') ? undefined : 'json';
  const marked = shells.has(info) ? 'shell' : normaliseLanguage(info);
  const other = familyOf(marked) ?? foreignSignature(code, family);
  if (other === undefined || other === family || mayStandIn(other, family)) return undefined;
  // A mark may be wrong: what the lines look like counts for more.
  if (isIn(code, family) && !isIn(code, other)) return undefined;
  return namesLanguage(instruction, other) ? undefined : other;
}

/** An object or a list in JSON, which is a program in no other language. */
function isData(code: string): boolean {
  return /^\s*[{[]/.test(code) && jsonIn(code) !== undefined;
}

/** PHP has HTML around it, a page its scripts and styles; a test of a shell script may be anything. */
function mayStandIn(other: string, family: string): boolean {
  return (
    (family === 'php' && other === 'html') ||
    (family === 'html' && (other === 'js' || other === 'css')) ||
    (family === 'js' && other === 'html') ||
    family === 'markdown'
  );
}

function isIn(code: string, family: string): boolean {
  const signature = Object.hasOwn(signatures, family) ? signatures[family] : undefined;
  return signature !== undefined && code.split('\n').some((line) => signature.test(line));
}

/** The only family of which two lines are seen, or whose form the first one has, where none of the wanted one is. */
function foreignSignature(code: string, family: string): string | undefined {
  if (!Object.hasOwn(signatures, family)) return undefined;
  const lines = code.split('\n');
  const counts = Object.entries(signatures).map(([name, form]) => ({
    name,
    count: lines.filter((line) => form.test(line)).length,
  }));
  if (counts.some(({ name, count }) => name === family && count > 0)) return undefined;
  const seen = counts.filter(({ count }) => count >= 2);
  if (seen.length > 0) return seen.length === 1 ? seen[0]!.name : undefined;
  const first = lines.find((line) => !above.test(line))?.slice(0, longestOpening) ?? '';
  return Object.entries(openings).find(([, form]) => form.test(first))?.[0];
}

function namesLanguage(instruction: string, family: string): boolean {
  const words = instruction.toLowerCase().match(/[\p{L}\p{N}+#]+/gu) ?? [];
  return (
    words.some((name) => familyOf(normaliseLanguage(name)) === family) ||
    (family === 'shell' && /\b(?:script|command|cli|terminal|docker|make)/i.test(instruction)) ||
    (family === 'yaml' && /\b(?:compose|workflow|action|kubernetes|k8s|openapi|config)/i.test(instruction)) ||
    (family === 'js' && /\b(?:node|react|vue|jest|vitest)/i.test(instruction)) ||
    (family === 'json' &&
      /\b(?:package|tsconfig|config|manifest|settings|schema|data|fixture|translation)/i.test(instruction)) ||
    (family === 'sql' && /\b(?:query|queries|migration|schema|database)/i.test(instruction))
  );
}
