/**
 * Whether the code of an answer parses. A net: it refuses only what a grammar cannot read although it could read the
 * file before, or the others of its language.
 */
import { languageOfPath } from '../../core/input/language.ts';
import type { FileChange } from '../../core/patch/types.ts';
import { lostExports } from '../../core/syntax/exports.ts';
import { excerptOf } from '../../core/syntax/first-error.ts';
import { type GrammarName, grammarOfPath, grammarsOfLanguage } from '../../core/syntax/grammars.ts';
import { type DataFormat, NotParsed, type Syntax } from '../syntax-port.ts';
import { UnparsableAnswer } from './non-answer.ts';
import type { FinishOptions } from './options.ts';
import { type ParsedText, parseText } from './parse-text.ts';

/** Warnings about code that is a whole file. Throws `UnparsableAnswer`. */
export async function checkParsedCode(
  code: string,
  answer: string,
  { syntax, language, task, instruction, sourceSet: { sources } }: FinishOptions,
): Promise<string[]> {
  const same = sources.filter(({ path }) => languageOfPath(path) === language);
  if (isDataFormat(language)) return checkData(code, language, { answer, same }, syntax);
  const own = same.map(({ path }) => grammarOfPath(path)).filter((name) => name !== undefined);
  const [grammar, ...others] = [...new Set([...own, ...grammarsOfLanguage(language)])];
  if (grammar === undefined) return [];
  return orNotParsed('the code', async () => {
    const parsed = await parseText(syntax, grammar, code);
    if (parsed.fault && !(await readsOtherwise(syntax, [grammar, ...others], code))) {
      const hold = await Promise.all(same.map(({ path, text }) => parses(syntax, path, text)));
      if (hold.every(Boolean)) throw new UnparsableAnswer(answer, '', parsed.fault);
    }
    const [only, ...more] = same;
    if (parsed.fault || !only || more.length > 0 || task === 'tests') return [];
    const before = await parseText(syntax, grammar, only.text);
    // An answer may be another file, or a part of one.
    const isVersion = [...before.exported].some((name) => parsed.exported.has(name));
    return isVersion && !before.fault ? lostWarnings(only.path, before, parsed, instruction) : [];
  });
}

/** Warnings about the changes of a patch, as the model wrote them. Throws `UnparsableAnswer`. */
export async function checkParsedChanges(
  changes: readonly FileChange[],
  answer: string,
  { syntax, instruction, sourceSet: { sources } }: FinishOptions,
): Promise<string[]> {
  const warnings: string[] = [];
  const lost: { path: string; before: ParsedText; after: ParsedText }[] = [];
  const gained = new Set<string>();
  for (const { kind, path, before, after } of changes) {
    if (kind === 'delete' || before === after) continue;
    const format = languageOfPath(path);
    const same = before === '' ? [] : [{ text: before }];
    if (isDataFormat(format))
      warnings.push(...(await checkData(after, format, { answer, same, path }, syntax)));
    const grammar = grammarOfPath(path);
    if (grammar === undefined) continue;
    const found = await orNotParsed(path, async () => {
      const parsed = await parseText(syntax, grammar, after);
      const earlier = before === '' ? undefined : await parseText(syntax, grammar, before);
      if (parsed.fault && !earlier?.fault && (earlier || (await othersParse(syntax, grammar, sources))))
        throw new UnparsableAnswer(answer, path, parsed.fault);
      for (const name of parsed.exported) if (!earlier?.exported.has(name)) gained.add(name);
      if (earlier && !earlier.fault && !parsed.fault) lost.push({ path, before: earlier, after: parsed });
      return [];
    });
    warnings.push(...found);
  }
  for (const { path, before, after } of lost)
    warnings.push(...lostWarnings(path, before, after, instruction, gained));
  return warnings;
}

async function hasErrors(syntax: Syntax, grammar: GrammarName, text: string): Promise<boolean> {
  return (await parseText(syntax, grammar, text)).fault !== undefined;
}

/** True as well for a file that is not parsed. */
async function parses(syntax: Syntax, path: string, text: string): Promise<boolean> {
  const grammar = grammarOfPath(path);
  return grammar === undefined || !(await hasErrors(syntax, grammar, text));
}

/** What is new has no earlier version: that the grammar reads the project's other files stands in for it. */
async function othersParse(
  syntax: Syntax,
  grammar: GrammarName,
  sources: FinishOptions['sourceSet']['sources'],
): Promise<boolean> {
  const same = sources.filter(({ path }) => grammarOfPath(path) === grammar);
  const hold = await Promise.all(same.map(({ path, text }) => parses(syntax, path, text)));
  return hold.every(Boolean);
}

/** With another grammar of the language, or as the part of a class, which is code as well. */
async function readsOtherwise(
  syntax: Syntax,
  [first, ...others]: readonly GrammarName[],
  code: string,
): Promise<boolean> {
  for (const grammar of others) if (!(await hasErrors(syntax, grammar, code))) return true;
  if (first === undefined || !['javascript', 'typescript', 'tsx'].includes(first)) return false;
  return !(await hasErrors(syntax, first, `class Part {\n${code}\n}\n`));
}

function isDataFormat(language: string | undefined): language is DataFormat {
  return language === 'yaml' || language === 'toml';
}

/** A template becomes a file of its format only when it is filled in. */
const template = /\{\{|\{%|<%|\$\{\{/;

async function checkData(
  text: string,
  format: DataFormat,
  { answer, same, path = '' }: { answer: string; same: readonly { text: string }[]; path?: string },
  syntax: Syntax,
): Promise<string[]> {
  return orNotParsed(path === '' ? 'the code' : path, async () => {
    const fault = await syntax.dataFault(format, text);
    if (!fault || template.test(text)) return [];
    for (const { text: given } of same) if (await syntax.dataFault(format, given)) return [];
    const { line, message: what } = fault;
    throw new UnparsableAnswer(answer, path, { line, what, excerpt: excerptOf(text, line) });
  });
}

/** A warning in place of a check that is not possible. */
async function orNotParsed(name: string, check: () => Promise<string[]>): Promise<string[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof NotParsed) return [`${name} was not parsed: ${error.message}`];
    throw error;
  }
}

/** Names in a warning. */
const mostNames = 5;

/** `moved`: what other files of the change export now. What the instruction names is meant. */
function lostWarnings(
  path: string,
  before: ParsedText,
  after: ParsedText,
  instruction: string,
  moved: ReadonlySet<string> = new Set(),
): string[] {
  const asked = new Set(instruction.split(/[^\p{L}\p{N}_$]+/u));
  const lost = lostExports(before.exported, after.exported).filter(
    (name) => !moved.has(name) && !asked.has(name.slice(name.lastIndexOf('.') + 1)),
  );
  if (lost.length === 0) return [];
  const more = lost.length > mostNames ? ', …' : '';
  return [`${path} no longer exports ${lost.slice(0, mostNames).join(', ')}${more}: please review`];
}
