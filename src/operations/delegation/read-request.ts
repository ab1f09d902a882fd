/** From the fields of a delegating operation to the request that the engine takes. */
import { OrchError } from '../../core/errors/orch-error.ts';
import { normaliseLanguage } from '../../core/input/language.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import { readTask, tasks } from '../../core/tasks/tasks.ts';
import { type DelegationInput, defaultTimeoutSeconds } from './fields.ts';

export function readRequest(input: DelegationInput): DelegateRequest {
  const {
    task: asked = 'code_generate',
    input: said,
    context,
    files = [],
    language,
    framework,
    safetyCritical = false,
    forceModel,
    return: wanted,
    effort,
    maxCostUsd,
    timeout = defaultTimeoutSeconds,
    apply,
    output: _whereTheResultGoes,
    ...unread
  } = input;
  // A field that is offered and not read here does not compile.
  unread satisfies Record<string, never>;
  const { task, known } = readTask(asked);
  const instruction = said.trim() === '' && files.length > 0 ? tasks[task].defaultInstruction : said;
  let shape = wanted ?? tasks[task].shape;
  // A refactoring of pasted code has no file that a patch could apply to: the code itself comes back.
  if (shape === 'patch' && wanted === undefined && files.length === 0) shape = 'code';
  if (apply && shape !== 'patch') {
    throw new OrchError('usage', '--apply writes patches, and this call returns none', {
      hint: 'add --return patch',
    });
  }
  return {
    task,
    unknownTask: known ? undefined : asked,
    instruction,
    context,
    files,
    language: language === undefined ? undefined : normaliseLanguage(language),
    framework,
    safetyCritical,
    forceModel,
    shape,
    effort,
    maxCostUsd,
    timeoutMs: timeout * 1000,
  };
}
