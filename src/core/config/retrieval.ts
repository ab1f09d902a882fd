/** The key `retrieval` of policies.json: its schema, what a repository's own file may do with it, its defaults. */
import * as z from 'zod';
import { once } from '../text/once.ts';
import type { ForeignRules } from './foreign.ts';

export const retrievalEngines = ['embedded', 'qdrant'] as const;
export const memoryPresets = ['cipher', 'byterover'] as const;

/** Tokens of the blocks that are added to a request, and of a search's result, unless told otherwise. */
export const defaultContextTokens = 4000;
export const leastContextTokens = 200;
export const mostContextTokens = 200_000;

export const retrievalSchema = once(() =>
  z.strictObject({
    engine: z
      .enum(retrievalEngines)
      .optional()
      .describe(
        'What searches: the built-in index, or a Qdrant server. Default embedded, or qdrant with ORCH_QDRANT_URL.',
      ),
    autoContext: z
      .boolean()
      .optional()
      .describe('Whether the code that a task needs is found and sent with it. Default false.'),
    contextTokens: z
      .int()
      .min(leastContextTokens)
      .max(mostContextTokens)
      .optional()
      .describe(`How much of it, in tokens. Default ${defaultContextTokens}.`),
    exclude: z
      .array(z.string().min(1))
      .optional()
      .describe('Patterns of files that are never searched, as in a .gitignore. Default none.'),
    qdrant: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe('Address of the server; ORCH_QDRANT_URL overrides it.'),
        collection: z
          .string()
          .regex(/^[\w.-]{1,200}$/, 'must be letters, digits, _, . and -')
          .optional()
          .describe('Name of a collection that you share. Default: one for each repository.'),
        allowInsecure: z
          .boolean()
          .optional()
          .describe('Allows http to another machine, unencrypted. Default false.'),
      })
      .optional(),
    embeddings: z
      .strictObject({
        model: z.string().min(1).optional().describe('Default text-embedding-3-small.'),
        dimensions: z.int().min(64).max(3072).optional().describe('Default 512.'),
      })
      .optional()
      .describe(
        'Searches by meaning as well, with Qdrant. Code is sent to the provider and costs money. Default off.',
      ),
    memory: z
      .strictObject({
        preset: z.enum(memoryPresets).optional().describe('Fills in the other keys for a known server.'),
        command: z.string().min(1).optional().describe('Program of an MCP server that remembers.'),
        args: z.array(z.string()).optional(),
        env: z
          .record(z.string().min(1), z.string())
          .optional()
          .describe('Variables for it, beside PATH and HOME.'),
        tool: z.string().min(1).optional().describe('The one tool that is called.'),
        timeoutMs: z.int().min(100).max(120_000).optional().describe('Default 15000.'),
      })
      .optional()
      .describe('A memory server that --memory asks as well. Default none.'),
  }),
);

/** A repository may send less of itself, and nothing else. */
export const foreignRetrieval: ForeignRules = {
  engine: 'ignore',
  autoContext: 'at-most',
  contextTokens: 'at-most',
  exclude: 'added',
  qdrant: { url: 'ignore', collection: 'ignore', allowInsecure: 'ignore' },
  embeddings: { model: 'ignore', dimensions: 'ignore' },
  memory: {
    preset: 'ignore',
    command: 'ignore',
    args: 'ignore',
    env: { '*': 'ignore' },
    tool: 'ignore',
    timeoutMs: 'ignore',
  },
};

export type RetrievalLayer = z.infer<ReturnType<typeof retrievalSchema>>;

export interface RetrievalPolicy extends RetrievalLayer {
  autoContext: boolean;
  contextTokens: number;
  exclude: string[];
}

export function completeRetrieval(layer: RetrievalLayer = {}): RetrievalPolicy {
  return { autoContext: false, contextTokens: defaultContextTokens, exclude: [], ...layer };
}
