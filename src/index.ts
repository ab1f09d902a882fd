// `node dist/index.js`: the MCP server on stdio, the form that client configurations point at.
import { start } from './boot/start.ts';

start(['serve', '--stdio']).then((status) => {
  process.exitCode = status;
});
