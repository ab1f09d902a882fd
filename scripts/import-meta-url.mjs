/** Replaces `import.meta.url` in the files of dist/, which are CommonJS. */
import { pathToFileURL } from 'node:url';

export const importMetaUrl = /* @__PURE__ */ pathToFileURL(__filename).href;
