/** All rules: those of secretlint's recommended preset, and our own. */
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { findSecrets } from '../../core/secrets/find-secrets.ts';
import { boundLines } from '../../core/secrets/long-lines.ts';
import { findPrivateKeys } from '../../core/secrets/private-keys.ts';
import type { SecretSpan } from '../../core/secrets/redactions.ts';

/**
 * The part of secretlint's interface for rules that is used here. The rules run without secretlint's core, whose
 * profiler keeps an entry of every run for as long as the process lives.
 */
interface Rule {
  meta: { id: string };
  create(context: RuleContext, options: object): { file?(source: RuleSource): unknown };
}

interface RuleContext {
  report(finding: { range: readonly [start: number, end: number] }): void;
  ignore(): void;
  createTranslator(): () => object;
  sharedOptions: object;
}

interface RuleSource {
  content: string;
  contentType: 'text';
  ext: string;
  filePath: string;
}

/** A comment in a stranger's file must not turn rules off; `private-key` is found by a rule of ours in whole. */
const unused = /-rule-(filter-comments|privatekey)$/;
const presetRules = (rules as unknown as Rule[]).filter(({ meta }) => !unused.test(meta.id));

export async function scan(text: string): Promise<SecretSpan[]> {
  const bounded = boundLines(text);
  const spans = [...findSecrets(bounded.text), ...(await findByPreset(bounded.text))];
  return [...findPrivateKeys(text), ...spans.map(bounded.toOriginal)];
}

async function findByPreset(content: string): Promise<SecretSpan[]> {
  const spans: SecretSpan[] = [];
  const source: RuleSource = { content, contentType: 'text', ext: '', filePath: 'text' };
  for (const rule of presetRules) {
    const kind = rule.meta.id.replace(/^.*-rule-/, '');
    const context: RuleContext = {
      report: ({ range: [start, end] }) => void spans.push({ kind, start, end: endOf(content, start, end) }),
      ignore: () => {},
      createTranslator: () => () => ({}),
      sharedOptions: {},
    };
    await rule.create(context, {}).file?.(source);
  }
  return spans;
}

/** The preset takes a URL to end at the next blank, and so the quote and what follows it for a part of it. */
function endOf(content: string, start: number, end: number): number {
  const found = content.slice(start, end);
  const quote = /^[a-z][a-z0-9+.-]*:\/\//i.test(found) ? found.search(/["'`<>\\]/) : -1;
  return quote === -1 ? end : start + quote;
}
