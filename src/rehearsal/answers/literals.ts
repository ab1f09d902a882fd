/**
 * Finds the lines that begin inside a string, a comment or a document of another kind, where a new comment
 * would be text or worse. A scanner of delimiters, not a parser: when in doubt a line counts as inside.
 */

interface Delimiters {
  /** Opening and closing sign of what may span lines. Longer signs stand before shorter ones. */
  spans: readonly (readonly [open: string, close: string])[];
  /** What makes the rest of a line a comment. */
  line: readonly string[];
  /** Quotes of strings that end with their line at the latest. */
  quotes: string;
}

const slashed: Delimiters = { spans: [['/*', '*/']], line: ['//'], quotes: `"'` };
const tripled = [
  ['"""', '"""'],
  ["'''", "'''"],
] as const;
const scripted: Delimiters = { spans: [...slashed.spans, ['`', '`']], line: ['//'], quotes: `"'` };
const hashed: Delimiters = { spans: [], line: ['#'], quotes: `"'` };
const marked: Delimiters = {
  spans: [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<script', '</script'],
    ['<style', '</style'],
    ['<pre', '</pre'],
    ['<textarea', '</textarea'],
  ],
  line: [],
  quotes: '',
};

/** A quote as a character literal opens nothing: spans that end where they begin. */
const quoteCharacters = [
  [`'"'`, ''],
  [`'\\"'`, ''],
] as const;

const byLanguage: Record<string, Delimiters> = {
  typescript: scripted,
  javascript: scripted,
  go: scripted,
  python: { ...hashed, spans: tripled },
  julia: { ...hashed, spans: tripled },
  elixir: { ...hashed, spans: tripled },
  toml: { ...hashed, spans: tripled },
  // A lone ' is a lifetime or a character; both would swallow the rest of their line.
  rust: { ...slashed, spans: [...quoteCharacters, ['r#"', '"#'], ['"', '"'], ...slashed.spans], quotes: '' },
  java: { ...slashed, spans: [...tripled, ...slashed.spans] },
  kotlin: { ...slashed, spans: [...tripled, ...slashed.spans] },
  scala: { ...slashed, spans: [...tripled, ...slashed.spans] },
  swift: { ...slashed, spans: [...tripled, ...slashed.spans] },
  dart: { ...slashed, spans: [...tripled, ...slashed.spans] },
  csharp: { ...slashed, spans: [...tripled, ['@"', '"'], ...slashed.spans] },
  php: {
    spans: [
      ['/*', '*/'],
      ['"', '"'],
      ["'", "'"],
    ],
    line: ['//', '#'],
    quotes: '',
  },
  shell: {
    spans: [
      ['"', '"'],
      ["'", "'"],
    ],
    line: ['#'],
    quotes: '',
  },
  powershell: {
    ...hashed,
    spans: [
      ['<#', '#>'],
      ['@"', '\n"@'],
      ["@'", "\n'@"],
    ],
  },
  perl: { ...hashed, spans: [['\n=', '\n=cut']] },
  ruby: { ...hashed, spans: [['\n=begin', '\n=end']] },
  lua: {
    spans: [
      ['--[[', ']]'],
      ['[[', ']]'],
    ],
    line: ['--'],
    quotes: `"'`,
  },
  haskell: { spans: [['{-', '-}']], line: ['--'], quotes: '"' },
  sql: {
    spans: [
      ['/*', '*/'],
      ["'", "'"],
    ],
    line: ['--'],
    quotes: '"',
  },
  ocaml: { spans: [...quoteCharacters, ['(*', '*)'], ['"', '"']], line: [], quotes: '' },
  erlang: { ...hashed, line: ['%'] },
  clojure: { spans: [['"', '"']], line: [';'], quotes: '' },
  css: { ...slashed, line: [] },
  html: marked,
  xml: marked,
  vue: marked,
  svelte: marked,
  markdown: {
    spans: [
      ['\n```', '\n```'],
      ['\n~~~', '\n~~~'],
      ['<!--', '-->'],
    ],
    line: [],
    quotes: '',
  },
  yaml: { ...hashed, quotes: '' },
  terraform: { ...hashed, spans: [['/*', '*/']], line: ['#', '//'] },
};

/** 0-based numbers of the lines that do not begin in plain code. */
export function linesInside(lines: readonly string[], language: string | undefined): ReadonlySet<number> {
  const delimiters =
    language !== undefined && Object.hasOwn(byLanguage, language) ? byLanguage[language]! : slashed;
  const inside = new Set<number>();
  // A line end in front, so that what must begin a line is found in the first one too.
  const text = `\n${lines.join('\n')}`;
  let line = -1;
  let close: string | undefined;
  let position = 0;
  const step = (length: number) => {
    for (const end = Math.min(text.length, position + length); position < end; position++) {
      if (text[position] === '\n') {
        line++;
        if (close !== undefined) inside.add(line);
      }
    }
  };
  while (position < text.length) {
    if (close !== undefined) {
      // In strings of one sign a backslash escapes it.
      if (text[position] === '\\' && close.length === 1) step(2);
      else if (text.startsWith(close, position)) {
        const length = close.length;
        step(length);
        close = undefined;
      } else step(1);
      continue;
    }
    const span = delimiters.spans.find(([open]) => text.startsWith(open, position));
    if (span) {
      step(span[0].length);
      close = span[1];
    } else if (delimiters.line.some((sign) => text.startsWith(sign, position))) {
      step(restOfLine(text, position));
    } else if (delimiters.quotes.includes(text[position]!)) {
      step(quotedLength(text, position));
    } else step(1);
  }
  return inside;
}

function restOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return (end < 0 ? text.length : end) - from;
}

/** A string with its quotes; a quote that is not closed on its line is only a quote. */
function quotedLength(text: string, from: number): number {
  const quote = text[from];
  for (let at = from + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at - from + 1;
  }
  return 1;
}
