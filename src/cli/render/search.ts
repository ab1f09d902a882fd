/** Prints what a search found: one line per block, on a terminal with the block below it. */
import { isAbsolute, join, relative, sep } from 'node:path';
import { Option } from 'commander';
import { printable } from '../../core/text/hidden.ts';
import type { SearchOutput } from '../../operations/search.ts';
import type { Renderer } from './renderers.ts';

const renderSearch: Renderer['render'] = async (output, { streams, options, verbose, factory }) => {
  const { result, meta } = output as SearchOutput;
  const { results } = result;
  const { bold, cyan, dim } = streams.outStyle;
  // As other programs take it from here.
  const shown = (path: string) => onOneLine(nameFrom(factory.cwd, join(meta.base, path)));
  if (options.paths === true) {
    for (const path of new Set(results.map((each) => each.path))) streams.out(`${shown(path)}\n`);
  } else {
    const withText = options.show === true || streams.stdoutIsTerminal;
    for (const [at, { path, start, end, score, symbol, text }] of results.entries()) {
      const columns = [`${cyan(shown(path))}:${start}-${end}`, score.toFixed(3)];
      if (symbol !== undefined) columns.push(bold(printable(symbol)));
      const lines = withText
        ? text
            .split('\n')
            .map((line, index) => `${dim(String(start + index).padStart(5))} ${printable(line)}\n`)
        : [];
      streams.outStyled(`${withText && at > 0 ? '\n' : ''}${columns.join('  ')}\n${lines.join('')}`);
    }
  }
  for (const { text, score, tags } of result.memories ?? []) {
    const about = [score?.toFixed(2), ...tags].filter((each) => each !== undefined).map(String);
    const head = `${cyan('memory')}${about.length === 0 ? '' : `  ${printable(about.join('  '))}`}`;
    streams.outStyled(`\n${head}\n${printable(text.replace(/^/gm, '  '))}\n`);
  }
  if (!verbose) return;
  for (const warning of meta.warnings) streams.say('warning', warning);
  if (meta.nothing !== undefined) streams.say('hint', meta.nothing);
};

/** A name may hold a line break, and would look like several. */
function onOneLine(name: string): string {
  return printable(name).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function nameFrom(cwd: string, path: string): string {
  const name = relative(cwd, path);
  return isAbsolute(name) ? path : name.split(sep).join('/');
}

export const searchRenderer: Renderer = {
  options: [
    new Option('--paths', 'Print only the names of the files, one per line'),
    new Option('--show', 'Print the blocks themselves also where the output is no terminal'),
  ],
  render: renderSearch,
};
