/** The memory servers that are known by name. What a user's configuration says beside a preset wins. */
import type { RetrievalPolicy } from '../../core/config/retrieval.ts';

export type MemorySettings = NonNullable<RetrievalPolicy['memory']>;

export interface MemoryServer {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** The tool of an MCP server. Undefined: the command itself answers, with JSON, and `args` holds `{query}`. */
  tool: string | undefined;
  /** Whether it has to run in the project, of whose memories it is the keeper. */
  inProject: boolean;
  timeoutMs: number;
}

const presets: Record<NonNullable<MemorySettings['preset']>, Omit<MemoryServer, 'timeoutMs'>> = {
  // @byterover/cipher 0.3: its own tools are listed by this mode alone.
  cipher: {
    command: 'cipher',
    args: ['--mode', 'mcp'],
    env: { MCP_SERVER_MODE: 'aggregator' },
    tool: 'cipher_memory_search',
    inProject: false,
  },
  // byterover-cli 3.14: this command asks no model, unlike the tool of its MCP server.
  byterover: {
    command: 'brv',
    args: ['search', '{query}', '--format', 'json', '--limit', '{limit}'],
    env: {},
    tool: undefined,
    inProject: true,
  },
};

const defaultTimeoutMs = 15_000;

/** Undefined where neither a preset nor a command with a tool is given. */
export function memoryServer(settings: MemorySettings): MemoryServer | undefined {
  const preset = settings.preset === undefined ? undefined : presets[settings.preset];
  const command = settings.command ?? preset?.command;
  const tool = settings.tool ?? preset?.tool;
  if (command === undefined || (preset === undefined && tool === undefined)) return undefined;
  return {
    command,
    tool,
    args: settings.args ?? preset?.args ?? [],
    env: { ...preset?.env, ...settings.env },
    inProject: preset?.inProject ?? false,
    timeoutMs: settings.timeoutMs ?? defaultTimeoutMs,
  };
}
