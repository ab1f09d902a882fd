/** Tells text for people from code by the name of its file. */

const extension = /\.(?:md|mdx|markdown|mkd|rst|txt|qmd|rmd|adoc|asciidoc)$/i;
/** README, CHANGES, LICENSE, …: capitals without an extension. */
const bareName = /(?:^|\/)[A-Z][A-Z_-]+$/;

export function isProse(path: string): boolean {
  return extension.test(path) || bareName.test(path);
}
