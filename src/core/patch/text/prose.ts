/** Tells prose from code by the name of the file. */

const extension = /\.(?:md|mdx|markdown|mkd|rst|txt|qmd|rmd|adoc|asciidoc)$/i;
/** README, CHANGES, LICENSE, …: capitals without an extension. */
const bareName = /(?:^|\/)[A-Z][A-Z_-]+$/;
/** The same names in another case. */
const usualName =
  /(?:^|\/)(?:readme|change(?:s|log)|news|history|licen[cs]e|copying|copyright|authors|contributors|contributing|maintainers|credits|thanks|notice|install|todo|roadmap|security|hacking|faq)$/i;

export function isProse(path: string): boolean {
  return extension.test(path) || bareName.test(path) || usualName.test(path);
}
