/** Inspects this machine: Node, git, MCP clients, writable folders. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ClientFile, ClientName, ClientSetup } from '../../core/doctor/clients.ts';
import type { Machine } from '../../engine/ports.ts';
import { gitVersion } from '../workspace/git/git.ts';
import { homeFolder, repositoryTop } from './folders.ts';
import { readRegularFile } from './regular-file.ts';

/** Claude Code keeps more than its settings there. */
const maxClientFileBytes = 32 * 1024 * 1024;

export function thisMachine(cwd: string, variables: Readonly<Record<string, string | undefined>>): Machine {
  return {
    nodeVersion: process.versions.node,
    gitVersion,
    writeFault,
    clients: () => clients(cwd, variables),
  };
}

/** Less free space than this holds no answer. */
const leastFreeBytes = 64 * 1024;

function writeFault(path: string): string | undefined {
  try {
    let here = path;
    while (!existsSync(here)) here = dirname(here);
    const found = statSync(here);
    if (here === path && found.isDirectory()) return 'it is a folder';
    if (here === path && !found.isFile()) return 'it is not a regular file';
    if (here !== path && !found.isDirectory()) return `${here} is a file, not a folder`;
    // Nobody may enter a folder without the right to, and root may write everywhere but to a read-only file system.
    accessSync(here, found.isDirectory() ? constants.W_OK | constants.X_OK : constants.W_OK);
    return isFull(here) ? 'the disk is full' : undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code ?? message;
  }
}

function isFull(path: string): boolean {
  const { blocks, bavail, bsize, files, ffree } = statfsSync(path);
  // Some file systems have no such numbers, and say 0.
  return (blocks > 0 && bavail * bsize < leastFreeBytes) || (files > 0 && ffree === 0);
}

function clients(cwd: string, variables: Readonly<Record<string, string | undefined>>): ClientSetup {
  const home = homeFolder(variables);
  const project = repositoryTop(cwd) ?? cwd;
  const codexHome = variables.CODEX_HOME ?? join(home, '.codex');
  const places: [ClientName, string][] = [
    ['claude', join(home, '.claude.json')],
    ['claude', join(project, '.mcp.json')],
    ['codex', join(codexHome, 'config.toml')],
    ['cursor', join(home, '.cursor', 'mcp.json')],
    ['cursor', join(project, '.cursor', 'mcp.json')],
  ];
  const files = places.map(([client, path]) => readClientFile(client, path));
  const installed = new Set(files.filter(({ text }) => text !== undefined).map(({ client }) => client));
  if (existsSync(join(home, '.claude'))) installed.add('claude');
  if (existsSync(codexHome)) installed.add('codex');
  if (existsSync(join(home, '.cursor'))) installed.add('cursor');
  return { files, installed };
}

function readClientFile(client: ClientName, path: string): ClientFile {
  const reading = readRegularFile(path, maxClientFileBytes);
  if (reading.bytes !== undefined) return { client, path, text: reading.bytes.toString('utf8') };
  return {
    client,
    path,
    text: undefined,
    ...(reading.fault === 'missing' ? {} : { fault: reading.message }),
  };
}
