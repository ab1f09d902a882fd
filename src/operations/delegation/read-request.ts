/** From the fields of a delegating operation to the request that the engine takes. */
import { OrchError } from '../../core/errors/orch-error.ts';
import { normaliseLanguage } from '../../core/input/language.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import { readTask, shapeFor, type TaskKind } from '../../core/tasks/tasks.ts';
import { type DelegationInput, defaultTimeoutSeconds } from './fields.ts';

/** What is meant when files are given without a word. */
const ownInstruction: Record<TaskKind, string> = {
  code_generate: 'Complete the given files: implement what is declared or described there and still missing.',
  refactor:
    'Refactor the given files: clearer names, less repetition, simpler control flow. Behaviour stays the same.',
  tests: 'Write tests for the given files.',
  docs: 'Document the given files for the people who use them.',
  deep_reasoning: 'Analyse the given files: find what is wrong or fragile, and say why.',
};

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
  const instruction = said.trim() === '' && files.length > 0 ? ownInstruction[task] : said;
  let shape = shapeFor(task, wanted);
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
