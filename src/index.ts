// `node dist/index.js`: the MCP server on stdio, as used in client configurations.
import { start } from './boot/start.ts';

start(['serve', '--stdio']).then((status) => {
  process.exitCode = status;
});
