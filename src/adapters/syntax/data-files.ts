/** Where a YAML or a TOML file is not valid. */
import { parse as parseToml, TomlError } from 'smol-toml';
import { LineCounter, parseAllDocuments } from 'yaml';
import { longestParsed } from '../../core/syntax/grammars.ts';
import { type DataFault, type DataFormat, NotParsed } from '../../engine/syntax-port.ts';

/** Undefined if it is valid. Throws `NotParsed` if it is too long. */
export function dataFault(format: DataFormat, text: string): DataFault | undefined {
  if (text.length > longestParsed)
    throw new NotParsed(`it has more than ${longestParsed.toLocaleString('en')} characters`);
  return format === 'yaml' ? yamlFault(text) : tomlFault(text);
}

/** Only what no reader takes: some allow a key twice, or tags that they know. */
function yamlFault(text: string): DataFault | undefined {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter,
    logLevel: 'silent',
    prettyErrors: false,
    strict: false,
    uniqueKeys: false,
  });
  if (!Array.isArray(documents)) return undefined;
  const [error] = documents.flatMap(({ errors }) => errors);
  return (
    error && { line: Math.max(1, lineCounter.linePos(error.pos[0]).line), message: oneLine(error.message) }
  );
}

function tomlFault(text: string): DataFault | undefined {
  try {
    // Only to find faults: how large a number may be does not matter.
    parseToml(text, { integersAsBigInt: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { line: error.line, message: oneLine(error.message) };
  }
}

/** Without the code that some of them show below. */
function oneLine(message: string): string {
  return message
    .split('\n', 1)[0]!
    .replace(/^Invalid TOML document: /, '')
    .slice(0, 200);
}
