/** The tags that the parts of an input stand in. */

/** A file name may hold what would end its line or its quotes. */
export function attribute(path: string): string {
  return path.replace(/["\p{Cc}]/gu, (char) => `&#${char.codePointAt(0)};`);
}

/** A tag that the material never closes, so that text in a file or a log cannot pass for the instruction. */
export function tagFor(name: string, material: readonly string[]): string {
  const end = new RegExp(`</(${name}(?:-\\d+)?)>`, 'g');
  const taken = new Set(material.flatMap((text) => Array.from(text.matchAll(end), ([, tag]) => tag)));
  let tag = name;
  for (let number = 2; taken.has(tag); number++) tag = `${name}-${number}`;
  return tag;
}
