/** Whether a text only announces work that nobody will wait for. In doubt it does not: findings follow a colon or a dash. */

/** Characters of an answer that says nothing else. */
const longest = 250;

const courtesy =
  /^(?:sure(?: thing)?|ok(?:ay)?|certainly|of course|absolutely|got it|understood|great|thanks?(?: you)?|no problem|claro|certo|nat\u00FCrlich|gerne|por supuesto)\s*[,.!:;-]*\s*/iu;
const announced =
  /^(?:(?:i['\u2019]ll|i will|i am going to|i['\u2019]m going to|let me) (?:(?:now|first|then|just|start by|begin by) )*(?:analy[sz]\w*|check\w*|examin\w*|get (?:back|started)|go(?:ing)? (?:over|through)|inspect\w*|investigat\w*|look(?:ing)? (?:into|at|over|through|for)|read(?:ing)?|report|review\w*|study\w*|take a (?:\w+ )?look|work(?:ing)? on)|(?:eu )?vou (?:agora )?(?:analisar|verificar|revisar|ler|examinar|investigar)|ich (?:werde|sehe mir|schaue mir)\s[^.]{0,80}\b(?:analysieren|pr\u00FCfen|ansehen|anschauen|untersuchen|an)$|(?:ahora )?voy a (?:analizar|revisar|verificar|leer|examinar|investigar))(?!\p{L})/iu;

export function onlyPromises(text: string): boolean {
  const bare = text.trim().replace(courtesy, '');
  if (bare.length > longest || /[\n:;`()\u2013\u2014]/.test(bare)) return false;
  const sentences = bare.split(/(?<=[.!\u2026])\s+/).map((sentence) => sentence.replace(/[.!\u2026]+$/, ''));
  return sentences.every((sentence) => announced.test(sentence));
}
