/**
 * The host's model always sees these instructions, while tool definitions are often loaded only on demand. Claude Code
 * cuts them at 4,096 characters.
 */
import type { Operation } from '../operations/operation.ts';
import { type ToolNameForm, toolName } from './tools.ts';

export function instructions(operations: readonly Operation[], form: ToolNameForm): string {
  const guided = operations.filter(({ guidance }) => guidance !== undefined);
  const writers = operations.filter(({ annotations }) => !annotations.readOnlyHint);
  return `orch hands self-contained sub-tasks to the OpenAI model that suits each, with the user's own key, and returns something you can use at once.

Delegate when a piece of work can be described in a few sentences and needs only files you can name: a refactoring, a new function, tests, documentation, a hard question. Keep to yourself what needs this conversation, many rounds, or running commands.

Which tool:
${guided.map((operation) => `- ${toolName(operation, form)}: ${operation.guidance}`).join('\n')}

How:
- Pass files by path in "files" (folders, globs and path:10-40 work): they are read here, so do not paste them into "input".
- "input" says what to do and every constraint: the model sees nothing else of this conversation.
- safetyCritical: true for security, money or data loss. maxCostUsd for a ceiling; nothing is sent that could cost more.
- Only ${writers.map((operation) => toolName(operation, form)).join(', ')} writes to the workspace.

What comes back: {result, meta}. meta names the model that answered, why, tokens, cost_usd and warnings: read the warnings. Independent calls can run in parallel. An error says what to do next.
`;
}
