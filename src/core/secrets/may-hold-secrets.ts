/** Whether it is worth looking for secrets in a text: quick, and wrong only by saying yes. */

const longRun = /[A-Za-z0-9_+/=~.:-]{16,}/g;
const otherSign =
  /PRIVATE KEY|:\/\/[^\s/@]{0,200}@|(?:pass|pwd|secret|token|key|auth|cred)[\w-]{0,30}["'`\])>]{0,2}[ \t]{0,4}[=:,(>]|(?:--password|\bpassword|\bbearer|\bbasic|-u)[ =]|\$(?:2[aby]|apr1|[156y])\$/i;

export function mayHoldSecrets(text: string): boolean {
  for (const [run] of text.matchAll(longRun))
    if ((/\d/.test(run) && /[a-z]/i.test(run)) || /[a-z]{18}/i.test(run)) return true;
  return otherSign.test(text);
}
