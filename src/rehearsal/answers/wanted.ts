/** Recognises what a request asks for by the words that the prompts are made of. */

import { frameworkRule, languageStyle } from '../../core/tasks/languages.ts';
import { type PatchFormat, type ReturnShape, shapes } from '../../core/tasks/shapes.ts';
import { type TaskKind, taskKinds, tasks } from '../../core/tasks/tasks.ts';
import { languageNames } from './comments.ts';
import { frameworkNames } from './test-samples.ts';

export interface Wanted {
  /** Undefined for instructions of another make. */
  task: TaskKind | undefined;
  shape: ReturnShape;
  patchFormat: PatchFormat;
  /** As the prompt names it. */
  language: string | undefined;
  framework: string | undefined;
}

/** Instructions of another make are taken to ask for text. */
export function readWanted(instructions: string): Wanted {
  const asks = (text: string) => instructions.includes(text);
  const v4a = asks(shapes.patch.contract('v4a'));
  const patch = v4a || asks(shapes.patch.contract('search-replace'));
  const code = asks(shapes.code.contract('search-replace'));
  return {
    task: taskKinds.find((task) => asks(tasks[task].role)),
    shape: patch ? 'patch' : code ? 'code' : 'text',
    patchFormat: v4a ? 'v4a' : 'search-replace',
    language:
      languageNames.find((name) => asks(languageStyle(name) ?? `Language: ${name}.\n`)) ??
      /^- Language: (.+)\.$/m.exec(instructions)?.[1],
    framework:
      frameworkNames.find((name) => asks(`- ${frameworkRule(name)}\n`)) ??
      /^- (?:Test framework|Framework): (.+)\.$/m.exec(instructions)?.[1],
  };
}
