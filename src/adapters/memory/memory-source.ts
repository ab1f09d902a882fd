/**
 * Asks a memory server that the user has configured: an MCP server over standard input and output, or a command that
 * prints JSON. Whatever goes wrong is a warning, since a search is useful without memories.
 */
import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { readMemories, runsCommands } from '../../core/memories/memories.ts';
import { printable } from '../../core/text/hidden.ts';
import type { MemorySource } from '../../engine/retrieval-ports.ts';
import { findProgram } from '../system/search-path.ts';
import { askCommand } from './ask-command.ts';
import { askServer } from './ask-server.ts';
import { type MemoryServer, type MemorySettings, memoryServer } from './presets.ts';

/** What an exchange needs to know of the server. */
export interface MemoryCall {
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  signal: AbortSignal;
  timeoutMs: number;
}

/** `project`: the folder that is worked in. */
export function memorySource(settings: MemorySettings, project: string): MemorySource {
  return {
    async search(query, { limit, signal }) {
      const server = memoryServer(settings);
      if (server === undefined)
        return nothing('retrieval.memory names no server: set its preset, or its command and tool');
      if (server.tool !== undefined && runsCommands(server.tool))
        return nothing(`retrieval.memory: ${server.tool} runs commands and is never called`);
      const program = isAbsolute(server.command) ? server.command : findProgram(server.command);
      if (program === undefined)
        return nothing(
          `the memory server was not found: ${server.command} is not installed, or not on the PATH`,
        );
      try {
        const texts = await ask(server, program, query, { limit, signal, project });
        const { memories, error } = readMemories(texts, limit);
        return { memories, warnings: error === undefined ? [] : [failed(server, error)] };
      } catch (error) {
        if (signal.aborted) throw error;
        return nothing(failed(server, (error as Error).message));
      }
    },
  };
}

async function ask(
  { tool, args, env, inProject, timeoutMs }: MemoryServer,
  program: string,
  query: string,
  { limit, signal, project }: { limit: number; signal: AbortSignal; project: string },
): Promise<string[]> {
  // A server reads settings from the folder it runs in, and a repository may have brought some along.
  const call: MemoryCall = { program, args, env, cwd: inProject ? project : homedir(), signal, timeoutMs };
  return tool === undefined ? askCommand(call, query, limit) : askServer(call, tool, query, limit);
}

const nothing = (warning: string) => ({ memories: [], warnings: [warning] });

/** A server's own words are text from outside. */
function failed({ command }: MemoryServer, reason: string): string {
  const line = printable(reason.split('\n', 1)[0] ?? '').slice(0, 200);
  return `no memories: ${command} ${line === '' ? 'failed' : `says: ${line}`}`;
}
