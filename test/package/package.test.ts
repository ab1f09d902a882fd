/** What `npm pack` gives, installed in an empty folder with no registry to ask. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialize } from '../helpers/mcp.ts';
import { bareEnvironment, packageFolder } from '../helpers/orch.ts';

/** Half of it is grammars; the rest holds what few commands load: charts (echarts), a Redis client, OpenTelemetry. */
const mostBytes = 2_200_000;

const folder = mkdtempSync(join(tmpdir(), 'orch-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const installed = join(folder, 'project', 'node_modules', 'orch');
const windows = process.platform === 'win32';
let tarball = '';

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    env: {
      ...bareEnvironment(),
      npm_config_cache: join(folder, 'npm-cache'),
      npm_config_update_notifier: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: windows,
  });
}

beforeAll(() => {
  // The build has been made: prepack would make it again.
  npm(['pack', '--ignore-scripts', '--pack-destination', folder], packageFolder);
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
  mkdirSync(join(folder, 'project'));
  writeFileSync(join(folder, 'project', 'package.json'), '{"private":true}\n');
  npm(['install', '--offline', '--no-audit', '--no-fund', tarball], join(folder, 'project'));
}, 60_000);

function run(args: readonly string[], { input = '', cwd = folder } = {}) {
  return spawnSync(join(folder, 'project', 'node_modules', '.bin', 'orch'), args, {
    cwd,
    input,
    encoding: 'utf8',
    env: bareEnvironment({ OPENAI_BASE_URL: 'http://127.0.0.1:9' }),
    shell: windows,
  });
}

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(join(path, name)).isFile())
    .sort();
}

describe('the package', () => {
  it('is small, and brings no other package with it', () => {
    expect(statSync(tarball).size).toBeLessThan(mostBytes);
    expect(
      readdirSync(join(folder, 'project', 'node_modules')).filter((name) => !name.startsWith('.')),
    ).toEqual(['orch']);
  });

  it('holds text alone, with no maps and nothing of the machine that built it', () => {
    const files = filesBelow(installed).filter((name) => !/\bgrammars[\\/][\w-]+\.wasm$/.test(name));
    expect(files.filter((name) => /\.(map|code|node|tmp)$/.test(name))).toEqual([]);
    const named = files.filter((name) => {
      const text = readFileSync(join(installed, name), 'utf8');
      return (
        text.includes(packageFolder) || text.includes('\0') || /\bnode_modules\/\.(cache|pnpm)\b/.test(text)
      );
    });
    expect(named).toEqual([]);
  });

  it('parses code, and data files', () => {
    mkdirSync(join(folder, 'code'));
    const refused = (name: string, before: string, after: string) => {
      writeFileSync(join(folder, 'code', name), before);
      const answer = `\`\`\`\n// ${name}\n${after}\n\`\`\`\n`;
      return run(['diff', '--from', '-', '-f', name], { input: answer, cwd: join(folder, 'code') }).stderr;
    };
    expect(refused('x.ts', 'export const a = 1;\n', 'export const a = (1;')).toContain('"(" is not closed');
    expect(refused('y.yaml', 'a: 1\n', 'a: [1')).toContain('y.yaml does not parse');
  });

  it('names what it holds of others, with their licences', () => {
    const notices = readFileSync(join(installed, 'dist', 'THIRD_PARTY_NOTICES'), 'utf8');
    for (const name of [
      '@modelcontextprotocol/sdk',
      'openai',
      'zod',
      'commander',
      'chalk',
      'ora',
      'cli-table3',
      'echarts',
      'web-tree-sitter',
      '@vscode/tree-sitter-wasm',
    ]) {
      expect(notices.split('\n').some((line) => line.startsWith(`${name} `) && line.endsWith(')'))).toBe(
        true,
      );
    }
    expect(notices).toContain('Permission is hereby granted, free of charge');
    expect(notices).toContain('Apache License');
    expect(notices).not.toMatch(/^(vitest|typescript|esbuild) \d/m);
  });

  it('tells its version', () => {
    expect(run(['--version'])).toMatchObject({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it('does the main job in rehearsal', () => {
    const cwd = join(folder, 'work');
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'a.ts'), 'export function add(a: number, b: number) {\n  return a + b;\n}\n');
    const { status, stdout } = run(['run', 'refactor', 'name the sum', '--file', 'a.ts', '--rehearse'], {
      cwd,
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^diff --git a\/a\.ts b\/a\.ts$/m);
  });

  it('serves', () => {
    const input = `${JSON.stringify({ jsonrpc: '2.0', ...initialize })}\n`;
    const { status, stdout } = run(['serve', '--stdio'], { input });
    expect(status).toBe(0);
    expect(JSON.parse(stdout).result.serverInfo).toMatchObject({ name: 'orch', version: '0.1.0' });
  });
});

describe('the second step of the build', () => {
  it('gives the same files again', () => {
    const again = join(folder, 'dist');
    execFileSync(process.execPath, [join(packageFolder, 'scripts', 'bundle.mjs'), again], { cwd: folder });
    expect(filesBelow(again)).toEqual(filesBelow(join(packageFolder, 'dist')));
    for (const name of filesBelow(again)) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(packageFolder, 'dist', name)))).toBe(
        true,
      );
    }
  });
});
