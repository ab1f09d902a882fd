/** Tells prose from code by the name of the file. */

const extension = /\.(?:md|mdx|markdown|mkd|rst|txt|qmd|rmd|adoc|asciidoc)$/i;
/** README, CHANGES, LICENSE, …: capitals without an extension. */
const bareName = /(?:^|\/)[A-Z][A-Z_-]+$/;

export function isProse(path: string): boolean {
  return extension.test(path) || bareName.test(path);
}
