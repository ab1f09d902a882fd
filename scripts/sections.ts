/** Generated sections of a Markdown document: from `<!-- generated: NAME -->` to `<!-- /generated -->`. */

const section = /^<!-- generated: (?<name>[\w-]+) -->$(?<content>.*?)^<!-- \/generated -->$/gms;
const marker = /<!-- \/?generated\b.*?-->/g;

/** The document with the content of its sections replaced. A document without markers stays unchanged. */
export function replaceSections(document: string, sections: Readonly<Record<string, string>>): string {
  const stray = document.replace(section, (_, name: string, content: string) => {
    if (!Object.hasOwn(sections, name)) {
      throw new Error(`unknown section ${name}: use one of ${Object.keys(sections).join(', ')}`);
    }
    return content;
  });
  const [found] = stray.match(marker) ?? [];
  if (found !== undefined) throw new Error(`${found} has no matching marker, or is not on a line of its own`);
  return document.replace(
    section,
    (_, name: string) => `<!-- generated: ${name} -->\n\n${sections[name]!.trim()}\n\n<!-- /generated -->`,
  );
}
