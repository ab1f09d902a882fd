/** Text: answers that are not what they seem, codes that steer a terminal, and text that takes too long to read. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, firstOf, once, shown, staged, type Verdict } from './attack.ts';
import { call, serving } from './client.ts';
import type { Ran, Stage, World } from './stage.ts';

export function text(stage: Stage): Attack[] {
  return [...answers(stage), ...codes(stage), ...slow(stage)];
}

const original =
  'import a from "a";\n\nfunction one() {\n  return 1;\n}\n\nfunction two() {\n  return 2;\n}\n';
const good = original.replace('return 2', 'return 22');
const S = '<<<<<<< SEARCH';
const R = '>>>>>>> REPLACE';

/** An answer about `a.js`, and the text that it may lead to beside the one that was. */
const odd: [string, string, string?][] = [
  ['plain', `a.js\n${S}\n  return 2;\n=======\n  return 22;\n${R}\n`, good],
  ['second-divider', `a.js\n${S}\n  return 2;\n=======\n  return 22;\n=======\n${R}\n`, good],
  ['divider-in-search', `a.js\n${S}\n=======\n  return 2;\n=======\n  return 22;\n${R}\n`, good],
  ['no-opening', `a.js\n  return 2;\n=======\n  return 22;\n${R}\n`],
  ['no-closing', `a.js\n${S}\n  return 2;\n=======\n  return 22;\n`],
  ['no-divider', `a.js\n${S}\n  return 2;\n  return 22;\n${R}\n`],
  ['conflict-marks', 'a.js\n<<<<<<< HEAD\n  return 2;\n=======\n  return 22;\n>>>>>>> branch\n'],
  ['lower-case', 'a.js\n<<<<<<< search\n  return 2;\n=======\n  return 22;\n>>>>>>> replace\n', good],
  ['dashes', 'a.js\n------- SEARCH\n  return 2;\n=======\n  return 22;\n+++++++ REPLACE\n', good],
  ['indented-marks', `a.js\n ${S}\n  return 2;\n =======\n  return 22;\n ${R}\n`, good],
  ['mark-in-replacement', `a.js\n${S}\n  return 2;\n=======\n  return 22;\n${S}\n${R}\n`],
  ['nested-blocks', `a.js\n${S}\n${S}\n  return 2;\n=======\n  return 22;\n${R}\n=======\nx\n${R}\n`],
  ['fence-never-closed', `a.js\n\`\`\`js\n${original.slice(0, 40)}`],
  [
    'whole-with-elision',
    `a.js\n\`\`\`js\nimport a from "a";\n// ... rest of the code ...\nfunction two() {\n  return 22;\n}\n\`\`\`\n`,
    good,
  ],
  ['whole-with-marks', `a.js\n\`\`\`js\n${S}\n${original}\`\`\`\n`],
  ['snippet-as-whole', 'a.js\n```js\nfunction two() {\n  return 22;\n}\n```\n'],
  ['empty-whole', 'a.js\n```js\n```\n'],
  [
    'unified-without-numbers',
    '```diff\n--- a/a.js\n+++ b/a.js\n@@\n function two() {\n-  return 2;\n+  return 22;\n }\n```\n',
    good,
  ],
  [
    'unified-wrong-place',
    '```diff\n--- a/a.js\n+++ b/a.js\n@@ -1,3 +1,3 @@\n function three() {\n-  return 2;\n+  return 22;\n }\n```\n',
    good,
  ],
  ['unified-ambiguous', '```diff\n--- a/a.js\n+++ b/a.js\n@@ -1,2 +1,2 @@\n-}\n+};\n```\n'],
  ['unified-context-only', '```diff\n--- a/a.js\n+++ b/a.js\n@@ -1,2 +1,2 @@\n import a from "a";\n```\n'],
  ['unified-nothing-around', '```diff\n--- a/a.js\n+++ b/a.js\n@@ -4,0 +5,1 @@\n+  evil();\n```\n'],
  ['diff-without-hunk', '```diff\n-  return 2;\n+  return 22;\n```\n', good],
  [
    'v4a',
    '*** Begin Patch\n*** Update File: a.js\n@@ function two() {\n-  return 2;\n+  return 22;\n*** End Patch\n',
    good,
  ],
  ['v4a-cut', '*** Begin Patch\n*** Update File: a.js\n@@ function two() {\n-  return 2;\n'],
  [
    'v4a-move-outside',
    '*** Begin Patch\n*** Update File: a.js\n*** Move to: ../outside/a.js\n@@\n-  return 2;\n+  return 22;\n*** End Patch\n',
  ],
  [
    'v4a-move-to-git',
    '*** Begin Patch\n*** Update File: a.js\n*** Move to: .git/hooks/post-checkout\n@@\n-  return 2;\n+  return 22;\n*** End Patch\n',
  ],
  ['v4a-delete', '*** Begin Patch\n*** Delete File: ../outside/keep\n*** End Patch\n'],
  [
    'v4a-nested',
    '*** Begin Patch\n*** Begin Patch\n*** Update File: a.js\n-  return 2;\n+  return 22;\n*** End Patch\n*** End Patch\n',
    good,
  ],
  [
    'html-escaped',
    `a.js\n&lt;&lt;&lt;&lt;&lt;&lt;&lt; SEARCH\n  return 2;\n=======\n  return 22;\n&gt;&gt;&gt;&gt;&gt;&gt;&gt; REPLACE\n`,
  ],
  [
    'json-wrapped',
    JSON.stringify({ patch: '--- a/a.js\n+++ b/a.js\n@@ -8 +8 @@\n-  return 2;\n+  return 22;\n' }),
    good,
  ],
  ['prose-only', 'I would change the function two to return 22, as you said.\n'],
  ['nul', `a.js\n${S}\n  return 2;\n=======\n  return 22;\0\n${R}\n`, good.replace('22;', '22;\0')],
  [
    'lone-surrogate',
    `a.js\n${S}\n  return 2;\n=======\n  return "\ud800";\n${R}\n`,
    original.replace('return 2;', 'return "\ufffd";'),
  ],
  ['carriage-returns', `a.js\r\n${S}\r\n  return 2;\r\n=======\r\n  return 22;\r\n${R}\r\n`, good],
  [
    'overlap',
    `a.js\n${S}\n  return 2;\n=======\n  return 22;\n${R}\na.js\n${S}\nfunction two() {\n  return 2;\n=======\nx\n${R}\n`,
  ],
  ['path-of-nothing', `b.js\n${S}\n  return 2;\n=======\n  return 22;\n${R}\n`],
  ['path-with-escape', `a\u001b[2J.js\n${S}\n  return 2;\n=======\n  return 22;\n${R}\n`],
  ['empty', ''],
  ['only-fences', '```\n'.repeat(1000)],
];

/** Marks that have no business in a file. */
const marks = /^(<{5,}|>{5,}|={7}$|-{7} SEARCH|\+{7} REPLACE|\*\*\* (Begin|End|Update|Add|Delete))/m;

function answers(stage: Stage): Attack[] {
  return odd.flatMap(([name, answer, wanted]) =>
    (['from', 'asked', 'tool'] as const).map((surface) => ({
      id: `text/answer/${name}/${surface}`,
      tries: `an answer: ${name.replaceAll('-', ' ')}`,
      async run() {
        const world = stage.world({ files: { 'a.js': original }, outside: { keep: 'keep\n' }, answer });
        const before = world.snapshot();
        const runs: Ran[] = [];
        if (surface === 'from') {
          runs.push(await world.run(['diff', '--from', '-', '-f', 'a.js', '--apply'], { stdin: answer }));
        } else if (surface === 'asked') {
          runs.push(await world.run(['diff', 'x', '-f', 'a.js', '--apply', '--stream', '-m', 'chat']));
        } else {
          await serving(world, async (peer) => {
            const made = await call(peer, 'delegate.diff', {
              input: 'x',
              files: ['a.js'],
              forceModel: 'chat',
            });
            const id = made.result?.structuredContent?.meta?.patch?.id;
            if (id) await call(peer, 'patch.apply', { patch_id: id });
          });
        }
        const is = readFileSync(join(world.work, 'a.js'), 'utf8');
        const others = [...world.snapshot()].find(
          ([path, what]) => path !== 'work/a.js' && before.get(path) !== what,
        );
        return firstOf(
          world.judge(...runs),
          is !== original && marks.test(is) ? 'edit marks were written' : undefined,
          is !== original && is !== wanted ? `the file is now ${shown(is)}` : undefined,
          others && `${others[0]} was written`,
          ...runs.map((ran) => (/[\u001b\u009b]/.test(ran.stderr) ? 'an escape reached stderr' : undefined)),
        );
      },
    })),
  );
}

/** Codes that a terminal obeys, or that hide or reorder what a person reads. */
const codePoints: [string, string][] = [
  ['esc-clear', '\u001b[2J'],
  ['esc-black-on-black', '\u001b[30;40m'],
  ['esc-conceal', '\u001b[8m'],
  ['osc-title', '\u001b]0;owned\u0007'],
  ['osc-clipboard', '\u001b]52;c;b3duZWQ=\u0007'],
  ['osc-link', '\u001b]8;;http://evil.example\u001b\\'],
  ['dcs', '\u001bP+q\u001b\\'],
  ['c1-csi', '\u009b2J'],
  ['c1-osc', '\u009d0;x\u009c'],
  ['bell', '\u0007'],
  ['backspace', '\b\b\b'],
  ['carriage-return', 'safe\rowned'],
  ['del', '\u007f'],
  ['vertical-tab', '\u000b'],
  ['shift-out', '\u000e'],
  ['rlo', '\u202e'],
  ['lro', '\u202d'],
  ['rle', '\u202b'],
  ['rli', '\u2067'],
  ['fsi', '\u2068'],
  ['pdi', '\u2069'],
  ['rlm', '\u200f'],
  ['alm', '\u061c'],
  ['zero-width-space', 'a\u200bb'],
  ['zero-width-joiner', 'a\u200db'],
  ['word-joiner', 'a\u2060b'],
  ['bom-inside', 'a\ufeffb'],
  ['tag-characters', '\u{e0068}\u{e0069}\u{e007f}'],
  ['variation-selectors', 'x\u{e0100}\u{e0101}'],
  ['line-separator', 'a\u2028b'],
  ['hangul-filler', 'a\u3164b'],
  ['soft-hyphen', 'a\u00adb'],
  ['interlinear', 'a\ufff9b\ufffb'],
];

const onTerminal = { terminal: true, env: { NO_COLOR: '1', TERM: 'dumb' } };

/** How a text of a stranger's gets to the terminal. Each gives what reached it. */
const screens: [string, (world: World, text: string) => Promise<string>][] = [
  [
    'error-of-server',
    async (world, text) => {
      world.answer(({ response }) => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { message: `before ${text} after`, code: text, type: text } }));
      });
      return (await world.run(['docs', 'x', '-m', 'chat'])).stderr;
    },
  ],
  [
    'answer-on-a-terminal',
    async (world, text) => {
      world.answer(`# Title\n\nbefore ${text} after\n`);
      return (await world.run(['docs', 'x'], onTerminal)).stdout;
    },
  ],
  [
    'streamed-answer',
    async (world, text) => {
      world.answer(`# Title\n\nbefore ${text} after\n`);
      return (await world.run(['docs', 'x', '--stream'])).stderr;
    },
  ],
  [
    'model-and-id',
    async (world, text) => {
      world.answer(({ say }) =>
        say('fine\n', { model: `gpt${text}`, id: `resp${text}`, service_tier: text }),
      );
      const ran = await world.run(['docs', 'x']);
      const report = await world.run(['usage', 'report', '--by', 'model,run'], onTerminal);
      return ran.stderr + report.stdout + report.stderr;
    },
  ],
  [
    'file-name',
    async (world, text) => {
      const name = `n${text.replaceAll('/', '')}.txt`;
      writeFileSync(join(world.work, name), 'one\n');
      const stdin = `${name}\n${S}\nnot there\n=======\ntwo\n${R}\n`;
      const ran = await world.run(['diff', '--from', '-', '-f', '*.txt'], { stdin });
      const missing = await world.run(['docs', 'x', '-f', `${name}.md`]);
      return ran.stderr + missing.stderr;
    },
  ],
  [
    'configuration',
    async (world, text) => {
      mkdirSync(join(world.work, '.orch'));
      writeFileSync(
        join(world.work, '.orch/policies.json'),
        JSON.stringify({ [`key${text}`]: text, budgets: { perCallUsd: text } }),
      );
      writeFileSync(join(world.work, '.env'), `ORCH_LOG_LEVEL="${text.replaceAll('\r', '')}"\n`);
      const runs = [
        await world.run(['route', 'docs', 'x']),
        await world.run(['doctor', '--timeout', '2'], onTerminal),
      ];
      return runs.map(({ stdout, stderr }) => stdout + stderr).join('');
    },
  ],
  [
    'ledger',
    async (world, text) => {
      const csv = `ts,run_id,attempt,task,model,alias,status\n2026-11-27T00:00:00.000Z,r1,1,docs,"m${text.replaceAll('"', '')}",chat,ok\n`;
      writeFileSync(join(world.work, 'u.csv'), csv);
      const runs = [
        await world.run(['usage', 'report', 'u.csv'], onTerminal),
        await world.run(['usage', 'report', 'u.csv', '--by', 'model'], onTerminal),
      ];
      return runs.map(({ stdout, stderr }) => stdout + stderr).join('');
    },
  ],
];

/** Whether a terminal would obey or hide a part of it. */
function raw(output: string, code: string): Verdict {
  const part = [...code].find((char) => !/[\x20-\x7e\n\r]/.test(char)) ?? code;
  if (code.includes('\r')) return /safe\rowned/.test(output) ? 'the carriage return was printed' : undefined;
  return output.includes(part)
    ? `it was printed: ${shown(output.slice(Math.max(0, output.indexOf(part) - 30), output.indexOf(part) + 30))}`
    : undefined;
}

function codes(stage: Stage): Attack[] {
  return screens.flatMap(([screen, print], at) =>
    codePoints
      // All on the first two, every second on the others.
      .filter((_, index) => at < 2 || index % 2 === at % 2)
      .map(([name, code]) => ({
        id: `text/terminal/${screen}/${name}`,
        tries: `${name} reaches the terminal by way of ${screen.replaceAll('-', ' ')}`,
        async run() {
          const world = stage.world({});
          const output = await print(world, code);
          staged(output.length > 0, 'nothing was printed');
          return raw(output, code);
        },
      })),
  );
}

const fence = '```';
/** Text that costs more than its length, of about `n` characters. */
const costly: [string, (n: number) => string][] = [
  ['fences', (n) => `a.js\n${`${fence}\n`.repeat(n / 4)}`],
  [
    'fences-of-growing-length',
    (n) => Array.from({ length: Math.sqrt(2 * n) }, (_, at) => '`'.repeat(at % 900)).join('\n'),
  ],
  ['tildes', (n) => '~~~ `x`\n'.repeat(n / 8)],
  ['whole-files', (n) => `f.js\n${fence}\nx\n${fence}\n`.repeat(n / 16)],
  [
    'whole-files-of-many-names',
    (n) => Array.from({ length: n / 20 }, (_, at) => `f${at}.js\n${fence}\nx\n${fence}\n`).join(''),
  ],
  ['blocks', (n) => `a.js\n${S}\n  return 2;\n=======\n  return 22;\n${R}\n`.repeat(n / 70)],
  [
    'blocks-not-there',
    (n) => `a.js\n${S}\n  nothing like it ${'x'.repeat(20)}\n=======\n  y\n${R}\n`.repeat(n / 90),
  ],
  ['block-of-many-lines', (n) => `a.js\n${S}\n${'  return 2;\n'.repeat(n / 12)}=======\nx\n${R}\n`],
  ['openings', (n) => `a.js\n${`${S}\n`.repeat(n / 15)}`],
  ['dividers', (n) => `a.js\n${S}\n${'=======\n'.repeat(n / 8)}${R}\n`],
  ['closings', (n) => `a.js\n${`${R}\n`.repeat(n / 16)}`],
  ['hunks', (n) => `--- a/a.js\n+++ b/a.js\n${'@@ -1 +1 @@\n-  return 2;\n+  return 3;\n'.repeat(n / 37)}`],
  ['hunk-of-many-lines', (n) => `--- a/a.js\n+++ b/a.js\n@@ -1 +1 @@\n${' }\n-}\n'.repeat(n / 6)}`],
  ['headers', (n) => '--- a/a.js\n+++ b/a.js\n'.repeat(n / 22)],
  ['header-of-spaces', (n) => `--- a${' '.repeat(n)}b\n+++ b\n`],
  [
    'v4a-anchors',
    (n) => `*** Begin Patch\n*** Update File: a.js\n${'@@ function two() {\n'.repeat(n / 20)}*** End Patch\n`,
  ],
  ['v4a-begins', (n) => '*** Begin Patch\n'.repeat(n / 16)],
  ['spaces', (n) => ' '.repeat(n)],
  ['blank-lines', (n) => '\n'.repeat(n)],
  ['one-word', (n) => 'a'.repeat(n)],
  ['dots', (n) => `a.js\n${fence}\n${'// ...\n'.repeat(n / 7)}${fence}\n`],
  ['path-labels', (n) => '**`src/x/a.js`**\n'.repeat(n / 17)],
  ['long-path', (n) => `${'d/'.repeat(n / 2)}a.js\n${S}\nx\n=======\ny\n${R}\n`],
  ['tags', (n) => '<think>'.repeat(n / 7)],
  ['json-open', (n) => '{"patch":"'.repeat(n / 10)],
  ['escapes', (n) => '&lt;'.repeat(n / 4)],
  ['placeholders', (n) => '‹redacted:x:1›'.repeat(n / 14)],
];

/** What a process needs to do nothing at all with an answer. */
const idle = (stage: Stage) =>
  once(async () => {
    const world = stage.world({ files: { 'a.js': original } });
    return (await world.run(['diff', '--from', '-', '-f', 'a.js', '--check'], { stdin: 'nothing\n' })).cpuMs;
  });

function slow(stage: Stage): Attack[] {
  const nothing = idle(stage);
  const answered = costly.map(([name, make]) => ({
    id: `text/slow/${name}`,
    tries: `1 MB of ${name.replaceAll('-', ' ')}, and four times that much`,
    async run() {
      const files = { 'a.js': original };
      const small = make(500_000);
      const first = await stage
        .world({ files })
        .run(['diff', '--from', '-', '-f', 'a.js', '--check'], { stdin: small, limitMs: 120_000 });
      const world = stage.world({ files });
      const second = await world.run(['diff', '--from', '-', '-f', 'a.js', '--check'], {
        stdin: make(2_000_000),
        limitMs: 120_000,
      });
      const base = await nothing();
      const [one, four] = [first.cpuMs - base, second.cpuMs - base];
      return firstOf(
        world.judge(first, second),
        // What is quick has too little to be measured by.
        one > 400 && four > 6 * one ? `CPU ${one} ms for 0.5 MB, ${four} ms for 2 MB` : undefined,
        four > 10_000 ? `CPU ${four} ms for 2 MB` : undefined,
      );
    },
  }));
  const shapes: [string, string[]][] = [
    ['docs', ['docs', 'x']],
    ['code', ['run', 'code_generate', 'x']],
    ['tests', ['tests', 'x']],
  ];
  const others = shapes.flatMap(([shape, args]) =>
    costly
      .filter((_, at) => at % 4 === args[0]!.length % 4)
      .map(([name, make]) => ({
        id: `text/slow/${shape}/${name}`,
        tries: `1 MB of ${name.replaceAll('-', ' ')} as the answer to ${shape}`,
        async run() {
          const world = stage.world({ answer: make(1_000_000) });
          const ran = await world.run([...args, '-m', 'chat', '--stream'], { limitMs: 120_000 });
          staged(world.asked.length > 0, 'nothing was asked');
          return firstOf(world.judge(ran), ran.cpuMs > 8000 ? `CPU ${ran.cpuMs} ms` : undefined);
        },
      })),
  );
  return [...answered, ...others];
}
