// `node dist/index.js`: the MCP server on stdio, the form that client configurations point at.
