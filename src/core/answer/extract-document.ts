/** Takes a Markdown document out of an answer: without the fence around it, and without what is said before and after it. */
import { extractText, fencedBlocks } from './extract-code.ts';
import { codeLines, startsAsProse } from './sentences.ts';

const markdown = new Set(['md', 'markdown']);

export function extractDocument(answer: string): string {
  const whole = extractText(answer);
  return withoutRemarks(fencedDocument(whole) ?? whole);
}

/** The only block that is marked as Markdown, where everything else is a remark about it. */
function fencedDocument(text: string): string | undefined {
  const marked = fencedBlocks(text).filter(({ info }) => markdown.has(info));
  const [block] = marked;
  if (!block?.closed || marked.length > 1 || !startsWithTitle(block.body)) return undefined;
  const around = text.length - block.body.length;
  const above = text.slice(0, Math.max(0, text.indexOf('```')));
  return around <= longestRemark * 3 && !hasHeading(above) ? `${block.body.trim()}\n` : undefined;
}

/** Characters of what may be said before or after a document. */
const longestRemark = 400;

/** Nothing but a title, or what a page generator reads, stands at the top of a document. */
function withoutRemarks(text: string): string {
  const gap = /\n[ \t]*\n/.exec(text);
  const first = text.slice(0, gap?.index ?? 0);
  const rest = text
    .slice(first.length)
    .trimStart()
    .replace(/^-{3,}\s+(?=# )/, '');
  const isRemark = first.length <= longestRemark && rest.startsWith('# ') && !/^[#>|<[!-]/.test(first);
  const titled = isRemark && startsAsProse(first) ? rest : text;
  const end = titled.trimEnd();
  const at = end.lastIndexOf('\n\n');
  const last = end.slice(at + 2);
  if (at === -1 || last.length > longestRemark || !isOffer(last) || isInFence(end, at)) return titled;
  return `${end
    .slice(0, at)
    .trimEnd()
    .replace(/\n-{3,}$/, '')
    .trimEnd()}\n`;
}

/** Somebody offers to do more, which no document does. */
function isOffer(paragraph: string): boolean {
  if (/^(?:[#>|`]|\s*[-*+] )/.test(paragraph)) return false;
  return /\b(?:let me know|tell me|i hope|hope (?:this|it) helps|(?:shall|should|can|could) i|would you like me|i (?:can|could|will|have|also)\b|i['\u2019](?:ll|d|ve))|(?<!\p{L})(?:me avise|avise-me|posso|gostaria que eu|espero que (?:isso|esta)|sag mir|lass mich|soll ich|sollte ich|ich (?:kann|hoffe|habe)|av\u00EDsame|d\u00EDgame|puedo|quieres que|espero que (?:esto|te))(?!\p{L})/iu.test(
    paragraph,
  );
}

function isInFence(text: string, at: number): boolean {
  return (text.slice(0, at).match(/^(?:`{3,}|~{3,})/gm)?.length ?? 0) % 2 === 1;
}

export function hasHeading(text: string): boolean {
  return /^#{1,6} \S/m.test(text);
}

function startsWithTitle(text: string): boolean {
  const lines = text.split('\n');
  let at = 0;
  if (lines[0]?.trim() === '---') at = Math.max(0, lines.indexOf('---', 1)) + 1;
  const content = lines.slice(at).filter((line) => line.trim() !== '' && !line.startsWith('<!--'));
  return /^# \S/.test(content[0] ?? '') || /^=+\s*$/.test(content[1] ?? '');
}

const tag =
  /<\/?(?:a|b|br|center|code|details|div|em|font|h[1-6]|hr|i|iframe|img|kbd|li|ol|p|pre|script|span|strong|style|sub|summary|sup|table|td|th|tr|ul)(?:\s[^<>\n]*)?\/?>/i;

/** What a reader should know of a document. */
export function documentWarnings(text: string): string[] {
  const warnings: string[] = [];
  if (!startsWithTitle(text)) warnings.push('the document has no title');
  const html = tag.exec(outsideFences(text).replace(/`[^`\n]*`/g, ''))?.[0];
  if (html !== undefined) warnings.push(`the document contains HTML (${html.slice(0, 40)})`);
  return warnings;
}

export function outsideFences(text: string): string {
  let open: string | undefined;
  return text
    .split('\n')
    .filter((line) => {
      const fence = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
      if (fence === undefined) return open === undefined;
      if (open === undefined) open = fence;
      else if (fence.startsWith(open)) open = undefined;
      return false;
    })
    .join('\n');
}

/** Whether a text has the form of a document: headings, lists, tables or code, and not headings alone. */
export function formOf(text: string): 'document' | 'headings' | 'plain' {
  if (hasHeading(text)) {
    const rest = text
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^(?:#{1,6} |-{3,}|={3,})/.test(line));
    return rest.length === 0 && text.trim().includes('\n') ? 'headings' : 'document';
  }
  return /^(?:`{3,}|~{3,}|\|.*\|)/m.test(text) || codeLines(text).length > 12 ? 'document' : 'plain';
}
