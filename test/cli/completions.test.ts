/** The completion scripts in the shells they are for: bash always, zsh and fish where they are installed. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import models from '../../conf/models.json';
import { completionScript } from '../../src/cli/completions/completions.ts';
import { type Actions, buildProgram, loadCommands, shells } from '../../src/cli/program.ts';
import { groupKeys } from '../../src/core/record/report/group-keys.ts';
import { givenTasks } from '../../src/core/tasks/own-tasks.ts';
import { givenAliases } from '../../src/operations/delegation/fields.ts';

type Shell = (typeof shells)[number];

const nothing = async () => {};
const actions: Actions = { run: nothing, serve: nothing, help: nothing, completion: nothing };
const files = Symbol('files');

const commands = [
  'run',
  'diff',
  'tests',
  'docs',
  'patch',
  'route',
  'runs',
  'search',
  'usage',
  'doctor',
  'models',
  'config',
  'serve',
  'check',
  'completion',
  'help',
];

/** The words of a command line, the last one being typed; what is offered for it. */
const cases: [words: string[], offered: readonly string[] | typeof files][] = [
  [['ru'], ['run', 'runs']],
  [[''], commands],
  [['--v'], ['--version']],
  [['bogus', ''], []],
  [['run', ''], givenTasks],
  [['run', 'ref'], ['refactor']],
  [['run', 'refactor', ''], []],
  [['run', '-f', 'docs', ''], givenTasks],
  [['run', '--', ''], givenTasks],
  [
    ['run', 'refactor', '--no'],
    ['--no-auto-context', '--no-stdin', '--no-stream'],
  ],
  [['run', 'refactor', '-m', ''], givenAliases],
  [['run', 'refactor', '--force-model', 'm'], ['mini']],
  [
    ['run', 'refactor', '--force-model=c'],
    ['codex', 'chat'],
  ],
  [['run', 'refactor', '--effort=xhigh', '--return', 'p'], ['patch']],
  [['run', 'refactor', '-l', ''], []],
  [['run', 'refactor', '-f', ''], files],
  [['run', 'refactor', '--file', ''], files],
  [['run', 'refactor', '-o', ''], files],
  [
    ['run', 'docs', '--ti'],
    ['--tier', '--timeout'],
  ],
  [['docs', 'run', '--fr'], []],
  [['diff', '--from', ''], files],
  [['diff', '--task', 'de'], ['deep_reasoning']],
  [['route', '--expl'], ['--explain']],
  [['search', '--kind', 't'], ['tests']],
  [['route', '--explain', 't'], ['tests']],
  [
    ['usage', ''],
    ['report', 'status'],
  ],
  [['usage', 'report', ''], files],
  [['usage', 'report', 'a.csv', ''], files],
  [['usage', 'report', '--by', ''], groupKeys],
  [['usage', 'report', '--by', 'model,ta'], ['task']],
  [['usage', 'report', '--by', 'model,task,m'], ['month']],
  [['usage', 'report', '--format', 'h'], ['html']],
  [['usage', 'report', '-o', ''], files],
  [
    ['serve', '--tool-names='],
    ['dotted', 'underscore'],
  ],
  [['completion', ''], shells],
  [
    ['config', ''],
    ['get', 'set', 'unset', 'list', 'path'],
  ],
  [
    ['config', 'set', 'aliases.'],
    ['aliases.codex', 'aliases.mini', 'aliases.chat', 'aliases.full'],
  ],
  [
    ['help', 'e'],
    ['exit-codes', 'environment'],
  ],
  [
    ['help', ''],
    ['exit-codes', 'environment', 'configuration', ...commands.slice(0, -1)],
  ],
  [['help', 'usage', ''], []],
];

let folder: string;
const scripts = {} as Record<Shell, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orch-completions-'));
  const program = buildProgram(actions);
  await loadCommands(program);
  for (const shell of shells) {
    scripts[shell] = join(folder, `_${shell}`);
    writeFileSync(scripts[shell], completionScript(shell, program));
  }
  writeFileSync(join(folder, 'cart.ts'), '');
  writeFileSync(join(folder, 'cart.csv'), '');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script that is given as text, or what the arguments say. */
function run(command: string, args: readonly string[], script?: string): string {
  const file = join(folder, 'script');
  if (script !== undefined) writeFileSync(file, script);
  const { stdout, stderr, status, error } = spawnSync(
    command,
    script === undefined ? args : [...args, file],
    {
      encoding: 'utf8',
      cwd: folder,
      timeout: 15_000,
      env: { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', TERM: 'xterm' },
    },
  );
  if (error) throw error;
  expect(`${status} ${stderr}`).toBe('0 ');
  return stdout;
}

const installed = (shell: Shell) => spawnSync(shell, ['--version']).status === 0;
const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
/** The part of a word that a shell puts before what it offers is the shell's own affair. */
const bare = (word: string) => word.replace(/^.*[=,]/, '');
const sorted = (words: readonly string[]) => [...words].sort();

/** Offered words, one list per case, in answer to a script that ends each list with a line of its own. */
function lists(output: string): string[][] {
  const parts = output.split('--end of list--\n');
  expect(parts.pop()).toBe('');
  return parts.map((part) => part.split('\n').filter((line) => line !== ''));
}

/** For shells that offer the files themselves. */
function expectOffered(answers: readonly string[][]): void {
  expect(answers).toHaveLength(cases.length);
  cases.forEach(([words, offered], at) => {
    const answer = [...new Set(answers[at]!.map(bare))];
    if (offered === files) {
      expect({ words, answer }).toEqual({ words, answer: expect.arrayContaining(['cart.csv']) });
    } else expect({ words, offered: sorted(answer) }).toEqual({ words, offered: sorted(offered) });
  });
}

const oddText = `it's [odd]: "quoted" \\ $(touch run-by-a-shell) \`touch run-by-a-shell\` {} * ~ #%`;

/** The script of a program whose descriptions hold all that means something to a shell. */
function odd(shell: Shell): string {
  const program = new Command('orch').option('--odd', oddText).helpOption(false).helpCommand(false);
  program.command('strange').description(oddText);
  const file = join(folder, `odd-${shell}`);
  writeFileSync(file, completionScript(shell, program));
  return file;
}

it('refuses a word that a shell would have to quote', () => {
  const program = new Command('orch');
  program.addOption(new Option('--form <form>').choices(['two words']));
  for (const shell of shells) expect(() => completionScript(shell, program)).toThrow('"two words"');
});

it('offers the aliases that the package ships', () => {
  expect(givenAliases).toEqual(Object.keys(models.aliases));
});

describe('bash', () => {
  /** Readline hands over the words with "=" as one of its own. */
  const split = (words: readonly string[]) =>
    words.flatMap((word) => {
      const [, name, value] = /^(--[^=]+)=(.*)$/.exec(word) ?? [];
      if (name === undefined) return [word];
      return value === '' ? [name, '='] : [name, '=', value!];
    });
  const complete = (lines: readonly string[][]) =>
    lists(
      run(
        'bash',
        ['--norc', '--noprofile'],
        `set -u
source ${quoted(scripts.bash)}
compopt() { printf '%s\\n' "compopt $*"; }
${lines
  .map(
    (words) => `COMP_WORDS=(orch ${words.map(quoted).join(' ')})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_orch orch "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
((\${#COMPREPLY[@]})) && printf '%s\\n' "\${COMPREPLY[@]}"
echo '--end of list--'`,
  )
  .join('\n')}
`,
      ),
    );

  it('takes the script', () => {
    run('bash', ['-n', scripts.bash]);
    expect(run('bash', ['--norc', '-c', `source ${quoted(scripts.bash)}; complete -p orch`])).toBe(
      'complete -o default -F _orch orch\n',
    );
  });

  it('completes', () => {
    const answers = complete(cases.map(([words]) => split(words)));
    cases.forEach(([words, offered], at) => {
      const answer = answers[at]!.map(bare);
      // Readline itself offers files where the script offers nothing, unless the script says not to.
      const takesNothing = offered !== files && offered.length === 0 && words.at(-1) === '';
      const wanted = takesNothing ? ['compopt +o default'] : offered === files ? [] : offered;
      expect({ words, offered: sorted(answer) }).toEqual({ words, offered: sorted(wanted) });
    });
  });

  it('completes the value in the same word where "=" does not separate words', () => {
    expect(
      complete([
        ['run', '--force-model=c'],
        ['usage', 'report', '--by=model,ta'],
      ]),
    ).toEqual([['--force-model=codex', '--force-model=chat'], ['--by=model,task']]);
  });
});

describe.runIf(installed('zsh'))('zsh', () => {
  it('takes the script', () => {
    run('zsh', ['-f', '-n', scripts.zsh]);
  });

  /**
   * Completion wants a line editor and so a terminal: the shell runs in a pseudo terminal, a key starts the
   * completion of the line, and what the completion system adds is written to a file.
   */
  const complete = (lines: readonly string[][], load: string) => {
    const answers = join(folder, 'answers');
    writeFileSync(answers, '');
    const inner = join(folder, 'inner.zsh');
    writeFileSync(
      inner,
      `PS1= PS2= RPS1=
unsetopt beep prompt_cr prompt_sp zle_bracketed_paste 2>/dev/null
${load}
compadd() {
  local -a added
  if (( \${argv[(I)-[OAD]*]} )); then builtin compadd "$@"; return; fi
  builtin compadd -O added "$@"
  (( $#added )) && print -rl -- $added >> ${quoted(answers)}
  builtin compadd "$@"
}
offer() {
  _main_complete
  print -r -- '--end of list--' >> ${quoted(answers)}
  compstate[insert]= compstate[list]=
}
zle -C offer complete-word offer
finish() { BUFFER= ; print -r -- 'completed' > /dev/tty; }
zle -N finish
bindkey -e
bindkey '^T' offer
bindkey '^Y' finish
print -r -- 'completed'
`,
    );
    run(
      'zsh',
      ['-f'],
      `zmodload zsh/zpty
zpty shell 'zsh -f -i'
zpty -w shell ${quoted(`source ${inner}`)}
# The line is echoed too: only what stands at the beginning of a line is the answer.
zpty -r shell output $'*\\ncompleted*' || exit 1
${lines
  .map(
    (words) => `zpty -w -n shell ${quoted(`orch ${words.join(' ')}`)}$'\\C-T\\C-Y'
zpty -r shell output '*completed*' || exit 2`,
  )
  .join('\n')}
zpty -d shell
`,
    );
    return lists(readFileSync(answers, 'utf8'));
  };

  const ways: [string, () => string][] = [
    ['read in', () => `autoload -Uz compinit; compinit -u -D; source ${quoted(scripts.zsh)}`],
    [
      'from the fpath',
      () => {
        mkdirSync(join(folder, 'fpath'));
        copyFileSync(scripts.zsh, join(folder, 'fpath', '_orch'));
        return `fpath=(${quoted(join(folder, 'fpath'))} $fpath); autoload -Uz compinit; compinit -u -D`;
      },
    ],
  ];

  it.each(ways)('completes (%s)', (_, load) => {
    const answers = complete(
      cases.map(([words]) => words),
      load(),
    );
    expectOffered(answers);
  });

  it('takes descriptions as they are', () => {
    const load = `autoload -Uz compinit; compinit -u -D; source ${quoted(odd('zsh'))}`;
    expect(complete([['--o'], ['']], load)).toEqual([['--odd'], ['strange']]);
    expect(existsSync(join(folder, 'run-by-a-shell'))).toBe(false);
  });
});

describe.runIf(installed('fish'))('fish', () => {
  it('takes the script', () => {
    run('fish', ['--no-config', '-n', scripts.fish]);
  });

  const complete = (lines: readonly string[][], script: string) =>
    lists(
      run(
        'fish',
        ['--no-config'],
        `source ${quoted(script)}
${lines.map((words) => `complete -C ${quoted(`orch ${words.join(' ')}`)}; echo '--end of list--'`).join('\n')}
`,
      ),
    );

  it('completes', () => {
    const answers = complete(
      cases.map(([words]) => words),
      scripts.fish,
    );
    expectOffered(answers.map((lines) => lines.map((line) => line.split('\t')[0]!)));
  });

  it('takes descriptions as they are', () => {
    expect(complete([['--o'], ['']], odd('fish'))).toEqual([[`--odd\t${oddText}`], [`strange\t${oddText}`]]);
    expect(existsSync(join(folder, 'run-by-a-shell'))).toBe(false);
  });
});
