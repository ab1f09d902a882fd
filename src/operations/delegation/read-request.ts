/** Builds the engine's request from the input of a delegating operation. */
import { OrchError } from '../../core/errors/orch-error.ts';
import { normaliseLanguage } from '../../core/input/language.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import { readTask, tasks } from '../../core/tasks/tasks.ts';
import type { DelegationInput } from './fields.ts';

export function readRequest(input: DelegationInput): DelegateRequest {
  const {
    task: taskName = 'code_generate',
    input: text,
    context,
    files = [],
    language,
    framework,
    safetyCritical = false,
    forceModel,
    return: requestedShape,
    effort,
    maxOutput,
    maxCostUsd,
    timeout,
    maxRetryAfter,
    apply,
    output: _output,
    force: _force,
    ...unread
  } = input;
  // Does not compile if a field is added and not read here.
  unread satisfies Record<string, never>;
  const { task, known } = readTask(taskName);
  const instruction = text.trim() === '' && files.length > 0 ? tasks[task].defaultInstruction : text;
  let shape = requestedShape ?? tasks[task].shape;
  // Pasted code has no file that a patch could apply to, so the code itself is returned.
  if (shape === 'patch' && requestedShape === undefined && files.length === 0) shape = 'code';
  if (apply && shape !== 'patch') {
    throw new OrchError('usage', '--apply needs a patch, and this call does not return one', {
      hint: 'add --return patch',
    });
  }
  return {
    task,
    unknownTask: known ? undefined : taskName,
    instruction,
    context,
    files,
    language: language === undefined ? undefined : normaliseLanguage(language),
    framework,
    safetyCritical,
    forceModel,
    shape,
    effort,
    maxOutputTokens: maxOutput,
    maxCostUsd,
    maxRetryAfterMs: maxRetryAfter === undefined ? undefined : maxRetryAfter * 1000,
    timeoutMs: timeout === undefined ? undefined : timeout * 1000,
  };
}
