// `node dist/index.js`: the MCP server on stdio, the form that client configurations point at.
import { serveStdio } from './mcp/serve-stdio.ts';

await serveStdio({ toolNames: 'dotted' });
