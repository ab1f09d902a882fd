/** The user's own command as the check of an answer: it runs in a copy of the project, with the answer written there. */
import { resultFileVariable } from '../../core/config/environment.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { commandComplaint, shownOutput, wholeLines } from '../../core/verdict/command-output.ts';
import type { AnswerCheck } from '../context.ts';
import type { FinishedAnswer } from '../finish/finish-answer.ts';
import type { RunOutcome, Sandbox, ScratchCopies, ScratchCopy } from '../sandbox-ports.ts';
import { timerMs } from '../timer.ts';

export interface CommandCheckOptions {
  /** For `/bin/sh`; `{}` stands for the quoted path of the result. */
  command: string;
  sandbox: Sandbox;
  copies: ScratchCopies;
  /** Real path of the folder that the command is meant for: it runs in the one that stands for it in the copy. */
  cwd: string;
  /** Real path of the file that the result goes to. Undefined: the result is a patch, which is applied. */
  output: string | undefined;
  /** Whether the command may fail as long as there is no such file. */
  mayLackOutput: boolean;
  signal: AbortSignal;
}

export interface CommandCheck {
  /**
   * Copies the project, whose folder is given by its real path, and runs the command there unless it can only succeed
   * with a result. Throws `usage` if it cannot be run or fails, `timeout`, and what copying throws.
   */
  begin(base: string, limitMs: number): Promise<void>;
  verify: AnswerCheck;
  /** How long the command has run, in milliseconds, all runs together. */
  ms(): number;
  end(): Promise<void>;
}

/** Exit statuses of a shell for a command that is not executable, and for one that is not found. */
const notRun: readonly (number | undefined)[] = [126, 127];
/** Where a command that names the result finds a patch. */
const patchFile = 'orch-result.patch';

/** What is known once the project is copied. */
interface Room {
  copy: ScratchCopy;
  restore: () => Promise<void>;
  /** Of the copied part in the project, with a slash at the end; empty if all is copied. */
  prefix: string;
  /** Relative to the copy. */
  cwd: string;
  /** Of the result, relative to the copy. */
  result: string | undefined;
}

export function commandCheck(options: CommandCheckOptions): CommandCheck {
  const { command, sandbox, copies, output, mayLackOutput, signal } = options;
  const namesResult = command.includes('{}') || command.includes(resultFileVariable);
  let made: ScratchCopy | undefined;
  let room: Room | undefined;
  /** Something has run in the copy since it was put back. */
  let isUsed = false;
  /** The command has succeeded without any answer. */
  let wasGreen = false;
  let ms = 0;
  return {
    async begin(base, limitMs) {
      const near = within(base, options.cwd);
      made = await copies.create({ base, near: near === '' ? undefined : near, signal });
      const copy = made;
      room = roomOf(copy, base);
      const { result } = room;
      const isNamed = namesResult || (result !== undefined && command.includes(nameOf(result)));
      const isLacking = mayLackOutput && result !== undefined && copy.read(result) === undefined;
      if (isNamed || isLacking) return;
      const outcome = await run(room, signal, limitMs);
      if (outcome.status !== 0) throw unfit(outcome, room);
      wasGreen = true;
    },
    async verify(finished, { signal: until, redact }) {
      const here = room!;
      if (isUsed) await here.restore();
      write(finished, here);
      const outcome = await run(here, until);
      if (outcome.status === 0) return { ok: true, warnings: changedMeanwhile(here) };
      // Without an answer it could be run.
      if (notRun.includes(outcome.status) && !wasGreen) throw cannotRun(outcome);
      const { root } = sandbox.places(here.copy);
      const ended = endOf(outcome);
      return {
        ok: false,
        detail: `the command ${ended}${shownOutput(asInProject(outcome.output, here))}`,
        complaint: commandComplaint(ended, await redact(outcome.output), {
          copies: [...new Set([root, here.copy.root, here.copy.base])],
        }),
      };
    },
    ms: () => ms,
    end: async () => made?.remove(),
  };

  function roomOf(copy: ScratchCopy, base: string): Room {
    const placeOf = (path: string, what: string) => {
      const place = within(copy.base, path);
      if (place !== undefined) return place;
      throw new OrchError('usage', `${what} is not in ${copy.base}, which --verify makes a copy of`, {
        hint: 'run orch in the project, and name a file of it',
      });
    };
    const result = output === undefined ? undefined : placeOf(output, 'the --output file');
    return {
      copy,
      restore: copy.checkpoint(signal),
      prefix: copy.base === base ? '' : `${within(base, copy.base)}/`,
      cwd: placeOf(options.cwd, 'the working directory') || '.',
      result: result ?? (namesResult ? patchFile : undefined),
    };
  }

  async function run(
    here: Room,
    until: AbortSignal,
    limitMs = Number.POSITIVE_INFINITY,
  ): Promise<RunOutcome> {
    const { copy, result, cwd } = here;
    isUsed = true;
    const path = result === undefined ? undefined : `${sandbox.places(copy).root}/${result}`;
    const outcome = await sandbox.run({
      copy,
      command: { shell: path === undefined ? command : command.replaceAll('{}', () => shellQuoted(path)) },
      cwd,
      env: path === undefined ? {} : { [resultFileVariable]: path },
      timeoutMs: timerMs(limitMs),
      signal: until,
    });
    ms += outcome.ms;
    return { ...outcome, output: outcome.cut ? wholeLines(outcome.output) : outcome.output };
  }

  /** The error of a command that fails without any answer. */
  function unfit(outcome: RunOutcome, here: Room): OrchError {
    if (notRun.includes(outcome.status)) return cannotRun(outcome);
    const shown = shownOutput(asInProject(outcome.output, here)).trimEnd();
    if (outcome.stopped === 'time')
      return new OrchError(
        'timeout',
        `the --verify command takes longer than the call may; nothing was sent`,
        {
          hint: 'raise --timeout, or verify with a command that takes less time',
        },
      );
    return new OrchError(
      'usage',
      `the --verify command fails without any change (nothing was sent): it ${endOf(outcome)}${shown}`,
      { hint: [`make it pass first${confinedHint()}`, ...missingFiles(here), redHint].join('; ') },
    );
  }

  function cannotRun({ output: printed }: RunOutcome): OrchError {
    return new OrchError('usage', `the --verify command cannot be run${shownOutput(printed)}`, {
      hint: `try it in a shell; {} stands for the file of the result${confinedHint()}`,
    });
  }

  function confinedHint(): string {
    return sandbox.kind === 'none'
      ? ''
      : ', or with --sandbox off if it needs the network or files outside of the project';
  }
}

const redHint =
  'if this very call is to make it pass, put # {} at its end: then it is run with the result only';

function missingFiles({ copy }: Room): string[] {
  const secret = copy.leftOut.filter(({ reason }) => reason === 'secret').map(({ path }) => path);
  if (secret.length === 0) return [];
  const named = secret.slice(0, 3).join(', ');
  return [`files whose names look secret are not in the copy (${named}${secret.length > 3 ? ', …' : ''})`];
}

function write({ result: text, patch, noChange }: FinishedAnswer, { copy, prefix, result }: Room): void {
  if (noChange !== undefined) return;
  const inCopy = (path: string) => {
    if (path.startsWith(prefix)) return path.slice(prefix.length);
    throw new OrchError('usage', `${path} is not in ${copy.base}, which --verify makes a copy of`, {
      hint: 'verify in the package whose files are changed',
    });
  };
  const changes = patch?.changes ?? [];
  for (const { kind, path, oldPath } of changes)
    if (kind === 'delete' || oldPath !== undefined) copy.delete(inCopy(oldPath ?? path));
  for (const { kind, path, oldPath, after, mode, oldMode } of changes)
    if (kind !== 'delete') copy.write(inCopy(path), after, oldPath === undefined ? mode : (mode ?? oldMode));
  if (result !== undefined) copy.write(result, text);
}

/** In the open, what runs prints paths of the copy. */
function asInProject(output: string, { copy }: Room): string {
  return output.replaceAll(copy.root, copy.base);
}

function endOf({ status, stopped }: RunOutcome): string {
  if (stopped === 'disk') return 'was stopped: it filled the disk';
  if (stopped === 'processes') return 'was stopped: it started too many processes';
  return stopped === 'time' ? 'took too long' : `exited with ${status ?? 'a signal'}`;
}

const mostNamed = 3;

function changedMeanwhile({ copy }: Room): string[] {
  const changed = copy.changedSince();
  if (changed.length === 0) return [];
  const named = `${changed.slice(0, mostNamed).join(', ')}${changed.length > mostNamed ? ', …' : ''}`;
  return [`verified without what has changed in the project meanwhile: ${named}`];
}

/** Path of what is in a folder, relative to it and with slashes; empty for the folder itself. Undefined if it is not in it. */
function within(folder: string, path: string): string | undefined {
  const [top, inner] = [folder, path].map((each) => each.replaceAll('\\', '/').replace(/\/$/, '')) as [
    string,
    string,
  ];
  if (inner === top) return '';
  return inner.startsWith(`${top}/`) ? inner.slice(top.length + 1) : undefined;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function shellQuoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
