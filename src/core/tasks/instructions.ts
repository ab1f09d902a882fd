/** Builds the instructions of a request: the same for a task, shape and language, so the prompt cache hits. */
import { dialects, type PatchFormat } from '../patch/dialects/index.ts';
import { defaultFramework, frameworkRule, languageStyle } from './languages.ts';
import { type ReturnShape, type Shape, shapes } from './shapes.ts';
import { type TaskKind, taskRules, tasks } from './tasks.ts';

export interface InstructionOptions {
  task: TaskKind;
  shape: ReturnShape;
  language: string | undefined;
  framework: string | undefined;
  patchFormat: PatchFormat;
  /** Placeholders stand for secrets in what is sent. Default false. */
  redacted?: boolean;
  /** Limit of the visible answer, in tokens. */
  visibleOutputTokens: number;
}

/** Tokens per line of code. The limit is also given in lines, which models count better than tokens. */
const tokensPerLine = 10;

const secretRule =
  'Text such as \u2039redacted:kind:1\u203A stands for a secret that is not shown. A line with it can only stay exactly as and where it is, or be deleted: do not change, move or copy it, and write no such text yourself.';

export function instructionsFor(options: InstructionOptions): string {
  const { task, shape, language, visibleOutputTokens } = options;
  const rules = [...taskRules(task, shape)];
  if (language !== undefined) rules.push(languageStyle(language) ?? `Language: ${language}.`);
  if (tasks[task].usesTestFramework) {
    const framework = options.framework ?? defaultFramework(language);
    if (framework !== undefined) rules.push(frameworkRule(framework));
  } else if (options.framework !== undefined) {
    rules.push(`Framework: ${options.framework}.`);
  }
  if (options.redacted) rules.push(secretRule);
  const lines = Math.max(1, Math.floor(visibleOutputTokens / tokensPerLine));
  rules.push(
    `Stay under ${visibleOutputTokens} tokens (about ${lines} lines). If it would be more, cut what matters least, never the middle of something: the answer must be whole.`,
  );
  return [
    tasks[task].role,
    outputContract(shapes[shape], options.patchFormat),
    rules.map((rule) => `- ${rule}`).join('\n'),
  ].join('\n\n');
}

function outputContract(shape: Shape, format: PatchFormat): string {
  return shape.readAs === 'edits' ? dialects[format].contract : shape.contract;
}
