/** The README's reference tables, generated from the same data as the help and the tool definitions. */
import type { Command, Option } from 'commander';
import { exitStatuses } from '../src/cli/help/topics.ts';
import { environmentVariables } from '../src/core/config/environment-variables.ts';
import { errorCodes, exitStatusOf } from '../src/core/errors/orch-error.ts';
import { loadTools, toTool } from '../src/mcp/tools.ts';

/** Keyed by the names in the README's markers. */
export async function referenceSections(program: Command): Promise<Record<string, string>> {
  return {
    commands: commands(program),
    environment: environment(),
    'exit-codes': exitCodes(),
    tools: await tools(),
  };
}

function commands(program: Command): string {
  const leaves = leavesOf(program, []);
  const options = new Map<string, { flags: string; meaning: string; commands: string[] }>();
  for (const { path, command } of leaves) {
    for (const option of command.options) {
      const meaning = meaningOf(option);
      const key = JSON.stringify([option.flags, meaning]);
      const row = options.get(key) ?? { flags: option.flags, meaning, commands: [] };
      row.commands.push(path);
      options.set(key, row);
    }
  }
  return [
    table(
      ['Command', 'What it does'],
      leaves.map(({ path, command }) => [
        code([program.name(), path, ...placesOf(command)].join(' ')),
        command.description(),
      ]),
    ),
    table(
      ['Option', 'Meaning', 'Commands'],
      [...options.values()].map((row) => [code(row.flags), row.meaning, row.commands.map(code).join(', ')]),
    ),
  ].join('\n\n');
}

/** Commands without subcommands. */
function leavesOf(command: Command, words: readonly string[]): { path: string; command: Command }[] {
  return command.commands.flatMap((child) => {
    const path = [...words, child.name()];
    return child.commands.length > 0 ? leavesOf(child, path) : [{ path: path.join(' '), command: child }];
  });
}

function placesOf(command: Command): string[] {
  return command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
}

function meaningOf({ description, argChoices, defaultValue }: Option): string {
  const facts = [
    ...(argChoices ? [argChoices.join(', ')] : []),
    ...(typeof defaultValue === 'string' ? [`default ${defaultValue}`] : []),
  ];
  return facts.length > 0 ? `${description} (${facts.join('; ')})` : description;
}

function environment(): string {
  return table(
    ['Variable', 'Meaning', 'Default'],
    environmentVariables.map(({ name, description, default: fallback }) => [
      code(name),
      description,
      fallback,
    ]),
  );
}

function exitCodes(): string {
  return table(
    ['Status', 'Meaning', 'Codes with `--json`'],
    exitStatuses.map(({ status, meaning }) => [
      String(status),
      meaning,
      errorCodes
        .filter((errorCode) => exitStatusOf(errorCode) === status)
        .map(code)
        .join(', '),
    ]),
  );
}

async function tools(): Promise<string> {
  const operations = await loadTools();
  return table(
    ['Tool', 'What it does', 'Input (required in bold)'],
    operations.map((operation) => {
      const { name, description, inputSchema } = toTool(operation, 'dotted');
      const required = new Set(inputSchema.required);
      const fields = Object.keys(inputSchema.properties ?? {});
      const inOrder = [
        ...fields.filter((field) => required.has(field)),
        ...fields.filter((field) => !required.has(field)),
      ];
      return [
        code(name),
        description ?? '',
        inOrder.map((field) => (required.has(field) ? `**${code(field)}**` : code(field))).join(', '),
      ];
    }),
  );
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Escapes bars, which end a cell even inside code. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
