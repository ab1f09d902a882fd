/** The command that runs some test files with a framework and has it write a report. */

import { type ReadReached, readLines, readProfile } from './reached.ts';
import { readJest, readMocha } from './reports/json.ts';
import { readJunit } from './reports/junit.ts';
import { readGo, readRows } from './reports/lines.ts';
import type { ReadReport } from './reports/report.ts';
import { unittestRunner } from './unittest-runner.ts';

/** A folder of the scratch copy in which a run may leave what it likes, beside the project. */
export interface RunFolder {
  /** Absolute, in the copy. */
  path: string;
}

export interface RunOptions {
  /** From the folder in which the command runs, with `/`. */
  files: readonly string[];
  folder: RunFolder;
  /** Absolute, of the folder in which the command runs. */
  root: string;
  /** In another order than usual, where the framework can. Default: as declared. */
  shuffled?: boolean;
  /** Stop at the first failure. Default false. */
  untilFailure?: boolean;
  /** Names of the tests in the files, for runners that are given packages. */
  names?: readonly string[];
  /** Paths like those of `files`: which of their lines are reached is recorded, where the framework can. */
  record?: readonly string[];
  /** At a time, where each test file has a process of its own. Default 1. */
  processes?: number;
}

/** Programs of the project, found beforehand. */
export interface Tools {
  /** The file to be run with node for a command of an installed package; undefined if it is not installed. */
  packageCommand(name: string): string | undefined;
  node: string;
  /** The project's interpreter. */
  python: string;
}

export interface TestCommand {
  argv: string[];
  env: Record<string, string>;
  /** Absolute path of the report; undefined where standard output is the report. */
  reportPath: string | undefined;
  read: ReadReport;
  /** Where it is recorded which lines are reached: an absolute path, and how it is read. */
  reached?: { path: string; read: ReadReached } | undefined;
}

/** For hashes. Any number. */
const seed = 4711;
/** With these, two tests change places, and of three to eight the first ones come late: found by trying. */
const seeds = { vitest: 142, jest: 608 };

/** Frameworks whose reports are read. With others, the exit status of the project's own command is all there is. */
const commands: Readonly<
  Record<string, (options: RunOptions, tools: Tools) => TestCommand | { missing: string }>
> = {
  vitest({ files, folder, shuffled, untilFailure }, tools) {
    const entry = tools.packageCommand('vitest');
    if (entry === undefined) return { missing: 'vitest' };
    const reportPath = `${folder.path}/report.xml`;
    return {
      argv: [
        tools.node,
        entry,
        'run',
        ...files,
        '--reporter=junit',
        `--outputFile=${reportPath}`,
        '--coverage.enabled=false',
        '--retry=0',
        ...(shuffled ? ['--sequence.shuffle', `--sequence.seed=${seeds.vitest}`] : []),
        ...(untilFailure ? ['--bail=1'] : []),
      ],
      env: {},
      reportPath,
      read: readJunit,
    };
  },
  jest({ files, folder, shuffled, untilFailure }, tools) {
    const entry = tools.packageCommand('jest');
    if (entry === undefined) return { missing: 'jest' };
    const reportPath = `${folder.path}/report.json`;
    return {
      argv: [
        tools.node,
        entry,
        '--runTestsByPath',
        ...files,
        '--json',
        `--outputFile=${reportPath}`,
        '--ci',
        '--watchman=false',
        '--coverage=false',
        `--cacheDirectory=${folder.path}/jest`,
        ...(shuffled ? ['--randomize', `--seed=${seeds.jest}`] : []),
        ...(untilFailure ? ['--bail=1'] : []),
      ],
      env: {},
      reportPath,
      read: readJest,
    };
  },
  'node:test'({ files, folder, processes = 1 }, tools) {
    const reportPath = `${folder.path}/report.jsonl`;
    return {
      argv: [
        tools.node,
        '--test',
        `--test-reporter=${folder.path}/orch-reporter.mjs`,
        `--test-reporter-destination=${reportPath}`,
        ...(processes > 1 ? [`--test-concurrency=${processes}`] : []),
        ...files,
      ],
      env: {},
      reportPath,
      read: readRows,
    };
  },
  mocha({ files, folder, shuffled, untilFailure }, tools) {
    const entry = tools.packageCommand('mocha');
    if (entry === undefined) return { missing: 'mocha' };
    const reportPath = `${folder.path}/report.json`;
    return {
      argv: [
        tools.node,
        entry,
        '--reporter=json',
        `--reporter-option=output=${reportPath}`,
        ...(shuffled ? [`--require=${folder.path}/orch-mocha.mjs`] : []),
        ...(untilFailure ? ['--bail'] : []),
        ...files,
      ],
      env: {},
      reportPath,
      read: readMocha,
    };
  },
  pytest({ files, folder, root, shuffled, untilFailure, record }, tools) {
    const reportPath = `${folder.path}/report.xml`;
    return {
      argv: [
        tools.python,
        '-m',
        'pytest',
        '-q',
        '--tb=short',
        ...['-p', 'no:cacheprovider', '-p', 'orch_pytest'],
        `--junitxml=${reportPath}`,
        ...(untilFailure ? ['-x'] : []),
        ...files,
      ],
      env: {
        ...pythonEnvironment(folder, root, { shuffled, record }),
        ...(shuffled && { REVERSED_TESTS: '1' }),
      },
      reportPath,
      read: readJunit,
      reached: recordedLines(folder, record),
    };
  },
  unittest({ files, folder, root, shuffled, record }, tools) {
    const reportPath = `${folder.path}/report.jsonl`;
    return {
      argv: [tools.python, '-c', unittestRunner, reportPath, shuffled ? 'reversed' : 'declared', ...files],
      env: pythonEnvironment(folder, root, { shuffled, record }),
      reportPath,
      read: readRows,
      reached: recordedLines(folder, record),
    };
  },
  'go test'({ files, folder, shuffled, untilFailure, names, record }) {
    // Go tests packages: those of the files, and of their tests the ones in these files.
    const packages = new Set(files.map(packageOf));
    const measured = new Set((record ?? []).map(packageOf));
    const path = `${folder.path}/reached.out`;
    return {
      argv: [
        'go',
        'test',
        '-json',
        '-count=1',
        '-vet=off',
        ...(names === undefined ? [] : [`-run=^(${names.join('|')})$`]),
        ...(shuffled ? [`-shuffle=${seed}`] : []),
        ...(untilFailure ? ['-failfast'] : []),
        ...(measured.size === 0 ? [] : [`-coverprofile=${path}`, `-coverpkg=${[...measured].join(',')}`]),
        ...packages,
      ],
      env: { GOPROXY: 'off', GOTOOLCHAIN: 'local' },
      reportPath: undefined,
      read: readGo,
      reached: measured.size === 0 ? undefined : { path, read: readProfile },
    };
  },
};

function packageOf(file: string): string {
  return `./${file.slice(0, Math.max(file.lastIndexOf('/'), 0))}`;
}

function recordedLines({ path }: RunFolder, record: RunOptions['record']): TestCommand['reached'] {
  return record === undefined ? undefined : { path: `${path}/reached.json`, read: readLines };
}

function pythonEnvironment(
  { path }: RunFolder,
  root: string,
  { shuffled, record }: Pick<RunOptions, 'shuffled' | 'record'>,
): Record<string, string> {
  // Where the package is not installed, it is imported from the tree. Compiled code of the tree would outlive a change of
  // the source within the same second, but that of installed packages is to be found where it is.
  return {
    PYTHONPATH: `${path}:${root}:${root}/src`,
    PYTHONPYCACHEPREFIX: '',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONHASHSEED: String(shuffled ? seed : 0),
    ...(record !== undefined && {
      RECORDED_SOURCES: JSON.stringify(
        record.map((file) => (file.startsWith('/') ? file : `${root}/${file}`)),
      ),
      RECORDED_LINES: `${path}/reached.json`,
    }),
  };
}

export function isRunnable(framework: string): boolean {
  return Object.hasOwn(commands, framework);
}

/** `missing` names a package that is not installed. Undefined for a framework whose reports are not read. */
export function testCommand(
  framework: string,
  options: RunOptions,
  tools: Tools,
): TestCommand | { missing: string } | undefined {
  return isRunnable(framework) ? commands[framework]!(options, tools) : undefined;
}
