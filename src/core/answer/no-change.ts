/** Recognises "nothing needs to change" as a result: by the word of the contract, or in the first sentence of a plain answer. */
import { firstSentence } from './sentences.ts';

/** The word that prompts give a model for it. */
export const noChangeWord = 'NO CHANGE:';

/** What a prompt says where "nothing needs to change" is a possible result. */
export const noChangeRule = `If nothing needs to change because it already is as the request wants it, answer with this one line instead: ${noChangeWord} <why, in one sentence>`;

const word = /^[\s>*_`#-]*NO[ _-]?CHANGES?\b(?:[*_`]*\s*[:.\u2013\u2014-][*_`]*\s*|[*_`]*\s*$)(.*)$/i;

/** Nothing, or no change, beside a word for being needed. One group of rows per language. */
const needless: readonly RegExp[] = [
  /\bno (?:\w+ ){0,2}(?:changes?|edits?|modifications?|updates?|refactoring|action|work|patch)(?: \w+){0,6}? ?(?:needed|required|necessary|called for|warranted)\b/i,
  /\b(?:there is|there's|there\u2019s|i see|i found|i find)? ?nothing (?:\w+ ){0,3}?(?:(?:needs?|has|requires?|left|remains|is) )?(?:\w+ )?(?:to (?:be )?(?:change|fix|do|edit|update|modif|refactor|add|improve)|chang(?:e|ing)\b)/i,
  /\b(?:does|do|did)(?: not|n['\u2019]t) (?:currently |actually |really )?(?:need|require)(?: \w+){0,2}? (?:changes?|changing|edits?|editing|modif\w+|updat\w+|to (?:be )?chang\w+)\b/i,
  /\b(?:needs?|requires?) no (?:\w+ )?(?:changes?|edits?|modifications?|updates?)\b/i,
  /n\u00E3o (?:\u00E9|s\u00E3o|ser\u00E1|h\u00E1|precis\w+|necessit\w+|requer\w*)(?: \S+){0,4}? ?(?:altera|mudan|modific|mudar|nada a)/i,
  /nenhuma? (?:altera\u00E7\u00E3o|mudan\u00E7a|modifica\u00E7\u00E3o) (?:\S+ ){0,2}necess\u00E1ri|nada (?:precisa|a|para) (?:\S+ ){0,2}(?:mudar|alterar|mudad|alterad|modific)/i,
  /\bkeine? (?:\S+ )?(?:\u00C4nderung|Anpassung|Modifikation)(?:en)?(?: \S+){0,3}? ?(?:n\u00F6tig|notwendig|erforderlich|n\u00F6tig)/i,
  /(?:\u00C4nderung|Anpassung)(?:en)? (?:ist|sind) (?:hier )?(?:nicht|keine) (?:n\u00F6tig|notwendig|erforderlich)|\b(?:muss|m\u00FCssen|braucht|ist|gibt es)(?: \S+){0,2} nichts(?: \S+){0,2} (?:ge\u00E4ndert|\u00E4ndern|angepasst|tun)|\bnichts (?:\S+ )?zu \u00E4ndern|\bnichts (?:ge\u00E4ndert|angepasst) werden/i,
  /\bno (?:es|son|hay|hace|se|necesita|requiere|precisa)(?: \S+){0,4}? (?:cambio|cambia|modific|nada que)/i,
  /\b(?:ning\u00FAn cambio|ninguna modificaci\u00F3n)(?: \S+){0,2} necesari|\bnada que cambiar|\bsin cambios necesarios/i,
  /\baucun(?:e)? (?:modification|changement)(?: \S+){0,3} (?:n\u00E9cessaire|requis)|\brien \u00E0 (?:changer|modifier)/i,
];

/** It is there already: only with one of the above beside it can that not be meant as a beginning. */
const already =
  /\balready\b|(?<!\p{L})j\u00E1 (?:est\u00E1|faz|tem|possui|usa|trata|existe|implementa|cont\u00E9m|foi)|\b(?:bereits|schon)\b|\bya (?:est\u00E1|hace|tiene|usa|existe|cumple|contiene|implementa|maneja)|\bd\u00E9j\u00E0\b|\blooks? (?:good|fine|correct)\b|\bno (?:changes?|edits?|modifications?)\b|\bunchanged\b/iu;

/** What makes it doubtful: something that could not be done or seen, a condition, a reservation or a question. */
const doubtful =
  /\?|\b(?:can(?:not|['\u2019]t| not)|could(?:n['\u2019]t| not)|unable|(?:not|n['\u2019]t) (?:able|see|find|have|provided?|given|included|attached|possible|enough)|missing|without|unless|until|please|sorry|but|however|except|although|if you|once you|would need|should be|TODO|n[a\u00E3]o (?:consigo|posso|tenho|vejo|recebi|encontrei)|mas|por\u00E9m|por favor|desculp\w*|falta|leider|kann (?:ich )?(?:\w+ )?nicht|konnte|aber|jedoch|bitte|fehlt|no (?:puedo|tengo|veo|encuentro)|pero|sin embargo|por favor|lo siento|mais|cependant)\b/i;

export interface NoChange {
  /** The model's sentence. */
  sentence: string;
}

export function isClear(said: NoChange | 'doubtful' | undefined): said is NoChange {
  return said !== undefined && said !== 'doubtful';
}

/** `doubtful`: it may be meant, and one more request should ask for the word. Undefined: it says nothing of the kind. */
export function readNoChange(answer: string): NoChange | 'doubtful' | undefined {
  const text = answer.trim();
  const [line = ''] = text.split('\n', 1);
  const said = line.length <= longestLine ? word.exec(line) : null;
  if (said) {
    const reason = said[1]!.trim() || text.slice(line.length).trim();
    const sentence = firstSentence(reason === '' ? 'Nothing needs to change.' : reason, longestSentence);
    return cannot.test(reason.slice(0, longestLine)) ? 'doubtful' : { sentence };
  }
  const sentence = firstSentence(text, longestSentence);
  const opening = text.slice(0, longestLine);
  const [first = '', ...more] = opening.split(/(?<=[.!?:;])\s+/);
  const saysNeedless = (part: string) => needless.some((form) => form.test(part));
  const near = more.slice(0, 2).some(saysNeedless);
  if (saysNeedless(first) || (already.test(first) && near))
    return doubtful.test(opening) ? 'doubtful' : { sentence };
  return already.test(first) || [first, ...more].some(saysNeedless) ? 'doubtful' : undefined;
}

/** With the word only this speaks against it. */
const cannot =
  /\?|\b(?:cannot|can['\u2019]t|could(?:n['\u2019]t| not)|unable|(?:was|were|is|are) not (?:provided|given|included|attached)|no files?|n[a\u00E3]o (?:consigo|posso|recebi|vejo)|kann (?:ich )?(?:\w+ )?nicht|no (?:puedo|veo))\b/i;

const longestLine = 2000;
const longestSentence = 300;
