/**
 * Whether an answer that is none declines the content of the request, in words. Asking many models again seldom helps then.
 * Goes by phrases, in a few languages: one that is not known costs requests, and nothing else.
 */
import { asks, longestSpeech } from './speech.ts';

const deeds =
  '(?:help|assist|comply|fulfil|provide|support|create|write|generate|produce|participate|engage|answer|discuss|share|do (?:that|this|it))';

/** One group of rows per language. */
const declining: readonly RegExp[] = [
  new RegExp(
    `\\b(?:can(?:not|['\\u2019]t| not)|won['\\u2019]t|will not|unable to|not (?:able|allowed|permitted|going|willing) to)(?: \\w+)? ${deeds}`,
    'i',
  ),
  /\b(?:have to|must|need to|will) (?:\w+ )?(?:decline|refuse)\b|\bagainst (?:my|our) (?:\w+ )?(?:guidelines|polic(?:y|ies)|principles)\b/i,
  /(?<!\p{L})n\u00E3o (?:posso|consigo|vou)(?: \S+)? (?:ajudar|auxiliar|atender|escrever|criar|gerar|fazer|fornecer|produzir)/iu,
  /\b(?:kann|darf|werde|m\u00F6chte)\b[^.?]{0,100}\bnicht (?:\S+ )?(?:weiter)?(?:helfen|schreiben|erstellen|unterst\u00FCtzen|erf\u00FCllen|nachkommen|liefern|beantworten)\b/iu,
  /(?<!\p{L})no (?:puedo|voy a)(?: \S+)? ?(?:ayudar|escribir|crear|generar|hacer|proporcionar|cumplir|atender|asistir)/iu,
  /\bje ne (?:peux|vais|veux) pas (?:\S+ )?(?:aider|traiter|\u00E9crire|cr\u00E9er|fournir|r\u00E9pondre|faire)/iu,
  /(?:\u304A\u5FDC\u3048|\u5BFE\u5FDC|\u304A\u624B\u4F1D\u3044)\S{0,3}(?:\u3067\u304D\u307E\u305B\u3093|\u3057\u304B\u306D\u307E\u3059)|(?:\u65E0\u6CD5|\u4E0D\u80FD)(?:\u5E2E|\u534F\u52A9|\u6EE1\u8DB3|\u63D0\u4F9B)/u,
];

/** It could be done if something were known or given: a question, not a refusal. */
const conditional = /\b(?:without|unless|until|more (?:details?|information|context)|sem|ohne|sin|sans)\b/i;

/** Characters from its start in which an answer declines. */
const opening = 400;

/** `answer` is known to be none: what holds code or an edit is no refusal, whatever it says beside it. */
export function isRefusal(answer: string): boolean {
  const text = answer.trim();
  if (text.length > longestSpeech || asks(text)) return false;
  const start = text.slice(0, opening);
  return !conditional.test(start) && declining.some((form) => form.test(start));
}
