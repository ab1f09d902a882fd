/** Whether it is worth looking for secrets in a text: quick, and wrong only by saying yes. */

/** A shorter one is a secret only if something names it so. */
const longWord = 16;
const shortestWord = 8;
/** Some tokens have no digit, and few names are as long. */
const manyLetters = 18;
const name =
  /(?:pass|pwd|secret|token|key|auth|cred|cookie|session|dsn|salt|sid|sig|webhook)[\w-]{0,40}["'`\])>]{0,2}|-u|--user/i;
/** Before secrets that may be ordinary words. */
const wordFollows = /(?:machine|login|user|account)[ \t]/i;

export function mayHoldSecrets(text: string): boolean {
  if (text.includes('PRIVATE KEY') || wordFollows.test(text)) return true;
  if (text.includes('://') && /:\/\/[^\s/@]{0,200}@/.test(text)) return true;
  let start = 0;
  let letters = 0;
  let hasDigit = false;
  let mayBeNamed = false;
  // By hand, since it runs in every call: an expression takes twenty times as long.
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    // NaN behind the end.
    if (!(code > 32)) {
      if (hasDigit && at - start >= shortestWord) {
        if (at - start >= longWord) return true;
        mayBeNamed = true;
      }
      start = at + 1;
      letters = 0;
      hasDigit = false;
    } else if (code >= 48 && code <= 57) {
      hasDigit = true;
      letters = 0;
    } else if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) {
      if (++letters >= manyLetters) return true;
    } else letters = 0;
  }
  return mayBeNamed && name.test(text);
}
