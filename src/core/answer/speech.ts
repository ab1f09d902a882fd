/**
 * Whether a text talks to the one who asked instead of being what was asked for. Only for results that are prose
 * themselves, where the form says nothing: it is looked for in few places, so that a document is not taken for it.
 */

const sorry =
  /^(?:\W*)(?:(?:i['\u2019]m|i am|we['\u2019]re) (?:\w+ )?(?:sorry|afraid|unable|not able)|sorry|my apologies|i apologi[sz]e|apologies|unfortunately|regrettably|as an ai|desculp\w*|lamento|infelizmente|sinto muito|entschuldig\w*|(?:es )?tut mir (?:sehr )?leid|leider|verzeihung|lo siento|disculp\w*|perd\u00F3n|lamentablemente|desafortunadamente|d\u00E9sol\u00E9e?|je suis d\u00E9sol\u00E9e?|malheureusement|mi dispiace|purtroppo)(?![\p{L}])/iu;
const unable =
  /\b(?:i|we)(?:['\u2019]m| am|['\u2019]re)? (?:still )?(?:can(?:not|['\u2019]t| not)|could(?: not|n['\u2019]t)|won['\u2019]t|unable|not able|do(?: not|n['\u2019]t) (?:have|see|know)|did(?: not|n['\u2019]t) (?:receive|see|find|get)|need (?:the|more|to see|to know|a|some|you))\b|(?<!\p{L})n\u00E3o (?:consigo|posso|tenho acesso|vejo|recebi|encontrei|foi poss\u00EDvel)(?!\p{L})|\bich (?:kann|konnte|sehe|habe|ben\u00F6tige|brauche)\b[^.]{0,80}\b(?:nicht|keine?n?|den|die|das|mehr|zuerst)\b|(?<!\p{L})(?:necesito|preciso) (?:ver|saber|de mais)(?!\p{L})|\u65E0\u6CD5|\u62B1\u6B49|\u8BF7\u63D0\u4F9B|\u7533\u3057\u8A33|(?<!\p{L})no (?:puedo|tengo acceso|veo|he recibido|recib\u00ED|encuentro|me es posible)(?!\p{L})|\bje ne (?:peux|vois|dispose)\b|\b(?:my|our) (?:guidelines|polic(?:y|ies))\b|\b(?:have|need|must)(?: to)? (?:decline|refuse)\b/iu;
const absent =
  /\b(?:files?|code|content|contents|source|attachments?|snippets?) (?:\w+ ){0,4}?(?:was|were|is|are|has been|have been)(?: not|n['\u2019]t) (?:provided|attached|included|given|shared|visible|shown|available|present)|\b(?:no|any) (?:files?|code|content|source|attachments?)\b(?: \w+){0,3} (?:provided|attached|included|given|shared|visible|shown)|please (?:provide|share|paste|attach|upload|send|specify|clarify|confirm|tell)|(?:could|can|would) you (?:please )?(?:provide|share|paste|attach|upload|send|specify|clarify|confirm|tell)|por favor,? (?:envie|forne\u00E7a|compartilhe|cole|informe|anexe|confirme)|(?:poderia|pode) (?:me )?(?:enviar|fornecer|compartilhar|informar|confirmar|esclarecer)|bitte (?:f\u00FCg|send|schick|teil|gib|geben|stell|lad|nenn|best\u00E4tig)\w*|k\u00F6nn(?:ten|test|en) (?:sie|du)\b|por favor,? (?:proporcion|env\u00ED|comparte|comp\u00E1rt|pega|adjunt|indica|confirma)\w*|(?:podr\u00EDas?|puedes?) (?:proporcionar|enviar|compartir|indicar|confirmar|aclarar)/iu;
const speaker =
  /^(?:\W*)(?:(?:i|we)['\u2019](?:ve|ll|m going)|(?:i|we) (?:will|would|have|am going|plan|added|updated|created|wrote|documented|reviewed|analy[sz]ed|made|went|extended|rewrote)|(?:sure|okay|ok|certainly|of course)[,.!]? i|let me|let['\u2019]s|here['\u2019]?s (?:my|the|a) plan|(?:my |the )?plan:|before i|first,? i|to (?:do|write|document|proceed|help)[^.]{0,60},? i|eu|vou|irei|adicionei|atualizei|criei|escrevi|documentei|ich|zuerst|zun\u00E4chst|voy a|he (?:\p{L}+ado|\p{L}+ido|escrito)|actualic\u00E9|agregu\u00E9|a\u00F1ad\u00ED|je|j['\u2019]ai)(?![\p{L}])/iu;

/** Says in one sentence that something has been done. */
const finished =
  /^(?:\W*)(?:done|finished|completed?|ready|all set|pronto|feito|conclu\u00EDdo|erledigt|fertig|listo|hecho|terminado|termin\u00E9|fini)\W+\p{L}|\b(?:has|have|was|were) (?:been )?(?:successfully )?(?:refactored|updated|added|changed|written|created|documented|extracted)\b[^.]*\.?$|\b(?:completed?|successfully)\W*$|^here is the \w+ (?:code|file|version)\W*$/iu;

/** Characters from its start in which a text says why it is not what was asked for. */
const opening = 400;

/** Characters up to which a text can be one that only talks: what is longer has something to say. */
export const longestSpeech = 1500;

export type Speech = 'declines' | 'asks' | 'reports';

/** A question at the end, outside of fences and quotations. */
export function endsWithQuestion(text: string): boolean {
  return /[?\uFF1F][\s"'\u201D\u2019*_)\p{Extended_Pictographic}]*$/u.test(text.slice(-300).trimEnd());
}

export function speechOf(text: string): Speech | undefined {
  const start = text.trim().slice(0, opening);
  if (sorry.test(start) || unable.test(start)) return 'declines';
  if (asks(text)) return 'asks';
  return speaker.test(start) || (start.length < opening && finished.test(start)) ? 'reports' : undefined;
}

/** Ends with a question, or says at its start that something was not given or is to be sent. */
export function asks(text: string): boolean {
  return endsWithQuestion(text) || absent.test(text.trim().slice(0, opening));
}

const material =
  /\b(?:files?|contents?|attach\w*|source|snippets?|archivos?|arquivos?|datei\w*|inhalt|fichiers?)\b|\b(?:the|any|your|source|no) code\b(?! word)|(?<!\p{L})c\u00F3digo|\bquell\w*/iu;
const missing =
  /\b(?:files?|code|contents?|source|attachments?|snippets?) (?:\w+ ){0,4}?(?:was|were|is|are|has been|have been)(?: not|n['\u2019]t) (?:provided|attached|included|given|shared|visible|shown|available|present)|\bno (?:files?|code|contents?|source|attachments?)\b(?: \w+){0,3} (?:provided|attached|included|given|shared|visible|shown)/iu;
const addresses = /\b(?:you|your|voc\u00EA|lhe|te|sie|ihnen|du|dir|usted|ustedes|t\u00FA|le|vous|toi)\b/iu;

const asModel =
  /^(?:\W*)(?:(?:i['\u2019]m|i am)? ?(?:sorry|unfortunately),? (?:but )?)?as an? (?:\w+ )?(?:ai|(?:large )?language model)\b/iu;

/** Characters of an answer that is nothing but a question or a refusal, and of where one says that something is missing. */
const shortSpeech = 300;

/** An answer about the material: that something is not in it can only be said by whoever has it. */
const about =
  /\b(?:see|know|find|tell|say|understand) (?:where|how|why|what|when|whether|if|anything|any(?:where| place| reason| bug| problem| issue))\b|\b(?:any|no) (?:source )?code (?:that|which|to|for|where|handling|checking|doing)\b/iu;

/** Only what says that the material, which was sent, is not there. */
export function missesMaterial(text: string): boolean {
  const start = text.trim().slice(0, shortSpeech);
  if (missing.test(start)) return true;
  const rest = start
    .split(/(?<=[.!?])\s+/)
    .filter((sentence) => !about.test(sentence))
    .join(' ');
  return (sorry.test(rest) || unable.test(rest)) && material.test(rest);
}

/** Asks whoever asked, and says nothing else. */
export function onlyAsksBack(text: string): boolean {
  const bare = text.trim();
  return bare.length <= shortSpeech && endsWithQuestion(bare) && addresses.test(bare);
}

/** Declines as what it is, a machine, and says nothing else. */
export function declinesAsModel(text: string): boolean {
  const bare = text.trim();
  return bare.length <= shortSpeech && asModel.test(bare) && unable.test(bare);
}
