/** Checks which MCP clients on this machine are configured to start `orch`. */
import { isPlainObject } from '../config/layers.ts';
import { type Finding, ok, warning } from './finding.ts';

export const clientNames = ['claude', 'codex', 'cursor'] as const;
export type ClientName = (typeof clientNames)[number];

export interface ClientFile {
  client: ClientName;
  path: string;
  /** Undefined when the file does not exist. */
  text: string | undefined;
  /** Why it was not read; follows the path, e.g. `cannot be read (EACCES)`. */
  fault?: string;
}

export interface ClientSetup {
  files: readonly ClientFile[];
  /** Clients that have a folder or file on this machine. */
  installed: ReadonlySet<ClientName>;
}

const titles: Record<ClientName, string> = { claude: 'Claude Code', codex: 'Codex', cursor: 'Cursor' };

const hints: Record<ClientName, string> = {
  claude: 'claude mcp add --scope user orch -- orch serve --stdio',
  codex:
    'add to ~/.codex/config.toml: [mcp_servers.orch] with command = "orch", args = ["serve", "--stdio"], env_vars = ["OPENAI_API_KEY"]',
  cursor:
    'add to ~/.cursor/mcp.json: {"mcpServers": {"orch": {"command": "orch", "args": ["serve", "--stdio", "--tool-names", "underscore"]}}}',
};

interface Entry {
  path: string;
  /** The entry as text, for further checks. */
  text: string;
}

export function clientFindings({ files, installed }: ClientSetup): Finding[] {
  if (installed.size === 0) {
    return [
      {
        ...ok('client', 'no MCP client found (looked for Claude Code, Codex, Cursor)'),
        hint: 'configure any client to start "orch serve --stdio"',
      },
    ];
  }
  return clientNames.filter((client) => installed.has(client)).flatMap((client) => ofClient(client, files));
}

function ofClient(client: ClientName, all: readonly ClientFile[]): Finding[] {
  const id = `client.${client}`;
  const files = all.filter((file) => file.client === client);
  const findings: Finding[] = [];
  const entries: Entry[] = [];
  for (const { path, text, fault } of files) {
    if (fault !== undefined) findings.push(warning(id, `${path} ${fault}`));
    if (text === undefined) continue;
    const found = client === 'codex' ? tomlEntry(text) : jsonEntry(text);
    if (found === 'malformed') findings.push(warning(id, `${path} is not valid JSON`, 'fix its syntax'));
    else if (found !== undefined) entries.push({ path, text: found });
  }
  if (entries.length === 0) {
    const places = files.map(({ path }) => path).join(', ');
    findings.push(
      warning(id, `${titles[client]} is not configured to start orch (${places})`, hints[client]),
    );
  }
  for (const { path, text } of entries) {
    const trouble = troubleOf(client, text);
    findings.push(
      trouble
        ? warning(id, `${titles[client]} starts orch (${path}), but ${trouble.message}`, trouble.hint)
        : ok(id, `${titles[client]} starts orch (${path})`),
    );
  }
  return findings;
}

function troubleOf(client: ClientName, entry: string): { message: string; hint: string } | undefined {
  if (client === 'codex' && !entry.includes('OPENAI_API_KEY')) {
    return {
      message: 'Codex does not pass the key on: it clears the environment of its servers',
      hint: 'add env_vars = ["OPENAI_API_KEY"] to the section of orch',
    };
  }
  if (client === 'cursor' && !entry.includes('underscore')) {
    return {
      message: 'Cursor rejects tool names that contain a dot',
      hint: 'add "--tool-names", "underscore" to the args of orch',
    };
  }
  return undefined;
}

const ownName = /(^|[\\/"'\s])orch(\.js|\.cmd)?($|[\\/"'\s])/;

function isOurs(name: string, server: unknown): boolean {
  if (name === 'orch') return true;
  if (!isPlainObject(server)) return false;
  const words = [server.command, ...(Array.isArray(server.args) ? server.args : [])];
  return words.some((word) => typeof word === 'string' && ownName.test(word));
}

function jsonEntry(text: string): string | 'malformed' | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return 'malformed';
  }
  if (!isPlainObject(value)) return undefined;
  // Claude Code stores project-specific servers under `projects`.
  const projects = isPlainObject(value.projects) ? Object.values(value.projects) : [];
  for (const holder of [value, ...projects]) {
    const servers = isPlainObject(holder) ? holder.mcpServers : undefined;
    if (!isPlainObject(servers)) continue;
    for (const [name, server] of Object.entries(servers)) {
      if (isOurs(name, server)) return JSON.stringify(server);
    }
  }
  return undefined;
}

/** A line-based search is enough: the entry is written by hand or by Codex itself. */
function tomlEntry(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => !line.trim().startsWith('#'));
  const servers = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of lines) {
    const header = /^\s*\[{1,2}([^\]]*)\]/.exec(line)?.[1]?.trim();
    if (header !== undefined) {
      // `[mcp_servers.orch.env]` belongs to `[mcp_servers.orch]`.
      const name = /^mcp_servers\s*\.\s*(?:"([^"]+)"|'([^']+)'|([^."']+))/.exec(header);
      const key = (name?.[1] ?? name?.[2] ?? name?.[3])?.trim();
      current = key === undefined ? undefined : (servers.get(key) ?? []);
      if (key !== undefined && current) servers.set(key, current);
    }
    current?.push(line);
  }
  for (const [name, entry] of servers) {
    const starts = entry.some((line) => /^\s*(command|args)\s*=/.test(line) && ownName.test(line));
    if (name === 'orch' || starts) return entry.join('\n');
  }
  return undefined;
}
