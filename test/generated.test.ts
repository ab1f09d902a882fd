/** Generated files are never stale, and they say what the code says. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { generatedFiles } from '../scripts/generate.ts';
import { configJsonSchema } from '../scripts/json-schema.ts';
import { referenceSections } from '../scripts/reference.ts';
import { replaceSections } from '../scripts/sections.ts';
import { type Actions, buildProgram, loadCommands } from '../src/cli/program.ts';
import { configFileNames, configSchemas } from '../src/core/config/config.ts';
import { environmentVariables } from '../src/core/config/environment-variables.ts';
import { errorCodes } from '../src/core/errors/orch-error.ts';
import { loadTools } from '../src/mcp/tools.ts';
import { operations } from '../src/operations/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = await generatedFiles();
const nothing = async () => {};
const actions: Actions = { run: nothing, serve: nothing, help: nothing, completion: nothing };

function committed(path: string): string | undefined {
  try {
    return readFileSync(`${root}${path}`, 'utf8');
  } catch {
    return undefined;
  }
}

describe('generated files', () => {
  it.each([...files.keys()])('%s is up to date', (path) => {
    expect(committed(path) === files.get(path), `${path} is stale: run npm run generate`).toBe(true);
  });

  it('are all of them', () => {
    expect([...files.keys()]).toEqual(
      expect.arrayContaining([
        'completions/orch.bash',
        'completions/_orch',
        'completions/orch.fish',
        'conf/models.schema.json',
        'conf/policies.schema.json',
        'conf/catalog.schema.json',
      ]),
    );
  });

  describe('elsewhere', () => {
    afterEach(() => {
      vi.useRealTimers();
      vi.unstubAllEnvs();
    });

    it('are the same: another width, day, home and language change nothing', async () => {
      vi.useFakeTimers({ now: new Date('2031-02-03T04:05:06Z'), toFake: ['Date'] });
      for (const [name, value] of Object.entries({
        COLUMNS: '40',
        HOME: '/elsewhere',
        LANG: 'de_DE.UTF-8',
        FORCE_COLOR: '3',
        ORCH_CONF: '/elsewhere/conf',
      })) {
        vi.stubEnv(name, value);
      }
      expect(await generatedFiles()).toEqual(files);
    });
  });
});

describe.each(configFileNames)('the JSON Schema of %s', (name) => {
  const schema = z.fromJSONSchema(configJsonSchema(name) as Parameters<typeof z.fromJSONSchema>[0]);

  it('takes the file that the package ships, and a $schema', () => {
    const shipped = JSON.parse(committed(`conf/${name}.json`)!) as Record<string, unknown>;
    expect(schema.safeParse(shipped).error).toBeUndefined();
    expect(schema.safeParse({ ...shipped, $schema: `./${name}.schema.json` }).error).toBeUndefined();
  });

  it('refuses what the loader refuses', () => {
    for (const wrong of [{ unknown: 1 }, { $schema: 1 }, []]) {
      expect(schema.safeParse(wrong).success).toBe(false);
      expect(configSchemas[name]().safeParse(wrong).success).toBe(false);
    }
  });

  it("has no object of named keys that is open for others, but where the user's own tasks may stand", () => {
    const open: string[] = [];
    const byTask = /^policies\/properties\/(?:overrides|budgets\/properties\/perTaskUsd)$/;
    const visit = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && (node as Record<string, unknown>).additionalProperties !== false)
        open.push(path);
      for (const [key, value] of Object.entries(node)) visit(value, `${path}/${key}`);
    };
    visit(configJsonSchema(name), name);
    expect(open.filter((path) => !byTask.test(path))).toEqual([]);
  });

  it('names itself', () => {
    expect(configJsonSchema(name)).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: `urn:orch:schema:${name}`,
      title: expect.stringContaining('orch: '),
    });
  });
});

describe('sections of a document', () => {
  const sections = { one: 'first\n', two: '$& second' };

  it('are replaced, and nothing else is', () => {
    const document = `# Title\n\n<!-- generated: two -->\nold\n<!-- /generated -->\nbetween\n<!-- generated: one -->\n<!-- /generated -->\n\nend\n`;
    const once = replaceSections(document, sections);
    expect(once).toBe(
      `# Title\n\n<!-- generated: two -->\n\n$& second\n\n<!-- /generated -->\nbetween\n<!-- generated: one -->\n\nfirst\n\n<!-- /generated -->\n\nend\n`,
    );
    expect(replaceSections(once, sections)).toBe(once);
  });

  it('are not asked of a document without markers', () => {
    expect(replaceSections('# Title\n', sections)).toBe('# Title\n');
  });

  it.each([
    ['<!-- generated: three -->\n<!-- /generated -->\n', 'unknown section three: use one of one, two'],
    ['<!-- generated: one -->\nno end\n', '<!-- generated: one --> has no matching marker'],
    ['no beginning\n<!-- /generated -->\n', '<!-- /generated --> has no matching marker'],
    [
      '<!-- generated: one -->\n<!-- generated: two -->\n<!-- /generated -->\n',
      '<!-- generated: two --> has no matching marker',
    ],
    ['text <!-- generated: one -->\n<!-- /generated -->\n', 'is not on a line of its own'],
  ])('must have whole markers: %j', (document, message) => {
    expect(() => replaceSections(document, sections)).toThrow(message);
  });
});

describe('the reference', async () => {
  const program = buildProgram(actions);
  await loadCommands(program);
  const sections = await referenceSections(program);
  const tools = await loadTools();

  it('has every command, with its options', () => {
    for (const operation of operations) {
      expect(sections.commands).toMatch(new RegExp(`^\\| \`orch ${operation.command.join(' ')}[ \`]`, 'm'));
    }
    expect(sections.commands).toContain('| `orch run <task> [instruction...]` | Delegate a task');
    expect(sections.commands).toContain(
      '| `-f, --file <path>` | Paths, folders, globs, !globs, path:10-40; read locally | `run`, `diff`, `tests`, `docs`, `route` |',
    );
    expect(sections.commands).toContain('(table, json, csv, md, html; default table) | `usage report` |');
    expect(sections.commands).toMatch(/^\| `--stdio` \| .* \| `serve` \|$/m);
  });

  it('has every variable, exit status, code and tool', () => {
    for (const { name, default: fallback } of environmentVariables) {
      expect(sections.environment).toMatch(new RegExp(`^\\| \`${name}\` \\| .+ \\| ${fallback} \\|$`, 'm'));
    }
    for (const status of [0, 1, 2, 3, 4, 5, 6, 7, 130]) {
      expect(sections['exit-codes']).toMatch(new RegExp(`^\\| ${status} \\| \\w`, 'm'));
    }
    for (const code of errorCodes) expect(sections['exit-codes']).toContain(`\`${code}\``);
    for (const { name } of tools) expect(sections.tools).toContain(`| \`${name}\` | `);
    expect(sections.tools).toContain('**`task`**, **`input`**, `files`');
  });

  it('is made of whole tables', () => {
    for (const section of Object.values(sections)) {
      for (const table of section.split('\n\n')) {
        const widths = table.split('\n').map((line) => line.split(/(?<!\\)\|/).length);
        expect(new Set(widths).size, table).toBe(1);
      }
    }
  });

  it('keeps a bar inside its cell', async () => {
    const program = new Command('orch').helpCommand(false);
    program.command('pipe').description('a | b').option('--x <a|b>', 'one | other');
    const { commands } = await referenceSections(program);
    expect(commands).toContain('| `orch pipe` | a \\| b |');
    expect(commands).toContain('| `--x <a\\|b>` | one \\| other | `pipe` |');
  });
});
