import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configFolders, loadConfig } from '../../../src/adapters/system/config-files.ts';
import { originOf } from '../../../src/core/config/layers.ts';
import type { ConfigProblem } from '../../../src/core/config/problem.ts';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import { readEnvironment } from '../../helpers/environment.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-config-'));
  mkdirSync(join(folder, 'project', '.git'), { recursive: true });
  mkdirSync(join(folder, 'project', '.orch'));
  mkdirSync(join(folder, 'user', 'orch'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = (variables: Record<string, string> = {}) => ({
  cwd: join(folder, 'project'),
  variables: { XDG_CONFIG_HOME: join(folder, 'user'), ...variables },
  environment: readEnvironment({ process: variables }),
});
const write = (path: string, content: unknown) =>
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));

function problems(action: () => unknown): ConfigProblem[] {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(OrchError);
    return (error as OrchError).details?.problems as ConfigProblem[];
  }
  throw new Error('nothing was refused');
}

describe('loadConfig', () => {
  it('lets the project win over the user, the user over the package, the environment over all', () => {
    write('user/orch/policies.json', {
      caps: { mini: { max_input: 4 }, chat: { max_input: 2 } },
      budgets: { alertUsd: 1, perCallUsd: 4 },
    });
    write('project/.orch/policies.json', { caps: { mini: { max_input: 3 } } });
    const { policies, origins } = loadConfig(place({ ORCH_COST_ALERT_USD: '9' }));
    expect(policies.caps).toEqual({ mini: { max_input: 3 }, chat: { max_input: 2 } });
    expect(policies.budgets).toMatchObject({ alertUsd: 9, perCallUsd: 4 });
    const from = (path: string) => originOf(origins.policies, path);
    expect(from('caps.mini.max_input')).toBe(join(folder, 'project/.orch/policies.json'));
    expect(from('caps.chat.max_input')).toBe(join(folder, 'user/orch/policies.json'));
    expect(from('budgets.alertUsd')).toBe('environment');
    expect(from('defaults.temperature')).toMatch(/conf.policies\.json$/);
  });

  it("finds the project's folder from below, no higher than the top of the repository", () => {
    mkdirSync(join(folder, 'project', 'a', 'b'), { recursive: true });
    mkdirSync(join(folder, '.orch'));
    const below = { ...place(), cwd: join(folder, 'project', 'a', 'b') };
    expect(configFolders(below).at(-1)).toBe(join(folder, 'project', '.orch'));
    rmSync(join(folder, 'project', '.orch'), { recursive: true });
    expect(configFolders(below).at(-1)).toBe(join(folder, 'user', 'orch'));
  });

  it('takes the folder of ORCH_CONF in place of the one of the project, and misses it when it is not there', () => {
    mkdirSync(join(folder, 'other'));
    write('other/policies.json', { caps: { mini: { max_input: 5 } } });
    write('project/.orch/policies.json', { caps: { mini: { max_input: 3 } } });
    expect(loadConfig(place({ ORCH_CONF: join(folder, 'other') })).policies.caps.mini).toEqual({
      max_input: 5,
    });
    expect(() => loadConfig(place({ ORCH_CONF: join(folder, 'nowhere') }))).toThrow(/ORCH_CONF is .*nowhere/);
  });

  it('reads comments, and commas after the last entry', () => {
    write(
      'user/orch/policies.json',
      '\uFEFF// mine\r\n{\r\n  /* "caps": 1, */ "caps": { // {"\r\n    "mini": {"max_input": 5,},\r\n  },\r\n}\r\n',
    );
    write(
      'user/orch/models.json',
      '{"aliases": {"docs": "gpt-5" /*,*/, }, "routing": {"docs": ["docs", ], },}',
    );
    const { policies, aliases, routing } = loadConfig(place());
    expect(policies.caps.mini).toEqual({ max_input: 5 });
    expect(aliases.docs).toBe('gpt-5');
    expect(routing.docs).toEqual(['docs']);
  });

  it('takes nothing in a string for a comment or a comma', () => {
    write('user/orch/models.json', '{"aliases": {"a//b": "gpt-5", "/*,}*/": "gpt-5", "\\"//": "gpt-5",}}');
    expect(Object.keys(loadConfig(place()).aliases)).toEqual(
      expect.arrayContaining(['a//b', '/*,}*/', '"//']),
    );
  });

  it('reads a file that begins with a byte order mark', () => {
    write('project/.orch/policies.json', '\uFEFF{"caps": {"mini": {"max_input": 5}}}');
    expect(loadConfig(place()).policies.caps.mini).toEqual({ max_input: 5 });
  });

  it.each([
    ['a value that is missing', '{\n  "caps": }', 2, 11],
    ['a comma too many', '{\n  "retry": {"maxRetries": 1,,}\n}', 2, 30],
    ['a comma that is missing', '{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['a literal that does not exist', '{\n  "a": nul\n}', 2, 11],
    ['single quotes', "{\n  'a': 1\n}", 2, 3],
    ['a comment without an end', '{\n  /* words\n}', 2, 3],
    ['a fault after comments', '{ // é "\n  /* a: }\n */ "a": 01, // {\n}', 3, 11],
    ['a list with a hole', '{"a": [1,, 2]}', 1, 10],
    ['a number with a leading zero', '{"a": 01}', 1, 8],
    ['a line break in a string', '{"a": "x\ny"}', 1, 9],
    ['an escape that does not exist', '{"a": "\\x"}', 1, 8],
    ['an end that is missing', '{\n  "a": 1', 2, 9],
    ['a string without an end', '{"a": "xyz', 1, 11],
    ['words after the end', '{}\n}', 2, 1],
    ['an empty file', '', 1, 1],
    ['a mark before it', '\uFEFF{"a": }', 1, 7],
    [
      'a value that is missing far down',
      `{\n${'  "k": "v, \\" { \\u00e9",\n'.repeat(300)}  "z": ]\n}`,
      302,
      8,
    ],
  ])('says in which line and column is %s', (_, text, line, column) => {
    write('user/orch/policies.json', text);
    const found = problems(() => loadConfig(place()));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      origin: join(folder, 'user/orch/policies.json'),
      path: '',
      hint: 'fix the syntax',
    });
    expect(found[0]!.message).toMatch(
      new RegExp(`^is not valid JSON: .* at line ${line}, column ${column}$`),
    );
    // Not the text around it: it may hold what nobody should see, and fills the screen.
    expect(found[0]!.message.length).toBeLessThan(120);
  });

  it('reports broken files and wrong keys of others at once', () => {
    write('user/orch/models.json', '{');
    mkdirSync(join(folder, 'other'));
    write('other/policies.json', { cap: {} });
    mkdirSync(join(folder, 'other/catalog.json'));
    expect(
      problems(() => loadConfig(place({ ORCH_CONF: join(folder, 'other') })))
        .map(({ message }) => message.split(' ').slice(0, 4).join(' '))
        .sort(),
    ).toEqual(['is a folder', 'is not valid JSON:', 'unknown key']);
  });
});
