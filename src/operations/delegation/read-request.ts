/** Builds the engine's request from the input of a delegating operation. */
import { OrchError } from '../../core/errors/orch-error.ts';
import { normaliseLanguage } from '../../core/input/language.ts';
import { findOwnTask, type OwnTasks } from '../../core/tasks/own-tasks.ts';
import type { ChangeScope, DelegateRequest } from '../../core/tasks/request.ts';
import { readTask, tasks } from '../../core/tasks/tasks.ts';
import type { DelegationInput } from './fields.ts';

/** `ownTasks` is asked for a task that is not built in. */
export function readRequest(input: DelegationInput, ownTasks: () => OwnTasks = () => ({})): DelegateRequest {
  const {
    task: taskName = 'code_generate',
    input: text,
    context,
    files = [],
    changes = false,
    staged = false,
    range,
    gitChange,
    contextTokens,
    autoContext = contextTokens === undefined ? undefined : true,
    language,
    framework,
    safetyCritical = false,
    forceModel,
    return: requestedShape,
    effort,
    tier,
    prefer,
    complexity,
    maxOutput,
    maxCostUsd,
    timeout,
    maxRetryAfter,
    apply,
    output: _output,
    force: _force,
    verify: _verify,
    sandbox: _sandbox,
    ...unread
  } = input;
  // Does not compile if a field is added and not read here.
  unread satisfies Record<string, never>;
  const named = readTask(taskName);
  const own = named.known ? undefined : findOwnTask(taskName, ownTasks());
  const task = own?.task.base ?? named.task;
  const change = changeScope({ changes, staged, range: range ?? gitChange });
  let instruction = text;
  const isEmpty = text.trim() === '' && files.length === 0 && !change && (context ?? '').trim() === '';
  if (own?.task.instruction !== undefined && !isEmpty)
    instruction = `${own.task.instruction}\n\n${text}`.trim();
  else if (text.trim() === '' && files.length > 0) instruction = tasks[task].defaultInstruction;
  else if (text.trim() === '' && change) instruction = `${tasks[task].defaultInstruction} ${aboutChange}`;
  let shape = requestedShape ?? own?.task.return ?? tasks[task].shape;
  // Pasted code has no file that a patch could apply to, so the code itself is returned.
  if (shape === 'patch' && requestedShape === undefined && files.length === 0 && !change) shape = 'code';
  if (apply && shape !== 'patch') {
    throw new OrchError('usage', '--apply needs a patch, and this call does not return one', {
      hint: 'add --return patch',
    });
  }
  return {
    task,
    ownTask: own && { name: own.name, candidates: own.task.candidates, effort: own.task.effort },
    unknownTask: named.known || own ? undefined : taskName,
    instruction,
    context,
    files,
    change,
    autoContext,
    contextTokens,
    language: language === undefined ? undefined : normaliseLanguage(language),
    framework,
    safetyCritical,
    forceModel,
    shape,
    effort,
    tier,
    prefer,
    complexity,
    maxOutputTokens: maxOutput,
    maxCostUsd,
    maxRetryAfterMs: maxRetryAfter === undefined ? undefined : maxRetryAfter * 1000,
    timeoutMs: timeout === undefined ? undefined : timeout * 1000,
  };
}

const aboutChange = 'They are those of the given change, which is what this is about.';

/** A range over MCP may also be one of the two words. Throws `usage` for several at once. */
function changeScope(given: {
  changes: boolean;
  staged: boolean;
  range: string | undefined;
}): ChangeScope | undefined {
  const { changes, staged, range } = given;
  const flags = [
    ...(changes ? ['--changes'] : []),
    ...(staged ? ['--staged'] : []),
    ...(range ? ['--range'] : []),
  ];
  if (flags.length > 1) {
    throw new OrchError('usage', `${flags.join(' and ')} cannot be combined: each names the change to send`, {
      hint: 'keep one of them; --changes includes what is staged',
    });
  }
  if (range !== undefined && range !== 'uncommitted' && range !== 'staged') return { kind: 'range', range };
  if (changes || range === 'uncommitted') return { kind: 'uncommitted' };
  return staged || range === 'staged' ? { kind: 'staged' } : undefined;
}
