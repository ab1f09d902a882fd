/** Whether a text is JSON as the readers of its file take it. */
import { withoutComments } from '../config/json-with-comments.ts';

/** Of these, comments and a comma after the last entry are taken by everything that reads them. */
const commented =
  /\.jsonc$|(?:^|\/)(?:(?:ts|js)config(?:[.-][^/]*)?|devcontainer|\.eslintrc|\.babelrc|babel\.config|tslint|typedoc|api-extractor|deno|turbo)\.json$|(?:^|\/)\.vscode\/[^/]+\.json$/i;

/**
 * Undefined for a text that is no JSON. Comments, and a comma after the last entry, are taken as spaces if asked for. A
 * byte order mark is skipped.
 */
export function jsonIn(text: string, { comments = false } = {}): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(comments ? withoutComments(plain) : plain);
  } catch {
    return undefined;
  }
}

export interface JsonFile {
  /** Undefined if it is not known what the text is for. */
  path: string | undefined;
  /** The file before, or files like it. */
  given: readonly string[];
}

/** It may hold comments if that is known of its path, or else if none of the files that are given is JSON without them. */
export function isJsonFor(text: string, { path, given }: JsonFile): boolean {
  const known = path !== undefined && commented.test(path);
  const guessed = (path === undefined || given.length > 0) && given.every((one) => jsonIn(one) === undefined);
  return jsonIn(text, { comments: known || guessed }) !== undefined;
}
