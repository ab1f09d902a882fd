/** Checks a key without contacting the provider. The key itself never appears in a message. */

export interface KeyFault {
  message: string;
  hint: string;
}

export const keyHints = {
  missing: 'set it in the environment or in .env; with --rehearse or ORCH_REHEARSE=1 no key is needed',
  malformed: 'copy the key again, without quotes or line breaks',
};

/** The first that fits counts. A key of OpenAI has more than 40 characters, and may hold any word by chance. */
const rows: readonly { form: RegExp; what: string; hint: string }[] = [
  {
    form: /^["'`]?(?:\$\{?\w+\}?|\$\(.*\)|%\w+%|\{\{.*\}\}|\$\{\{.*\}\}|\$\{.*\}|<.*>|(?:process\.env|os\.environ)\b.*)["'`]?$/,
    what: 'is the name of a variable that was not expanded',
    hint: 'put the key itself there, or expand the variable: a client configuration and single quotes do not expand $NAME',
  },
  {
    form: /^op:\/\/|^(?:vault|secret|keychain|env):/,
    what: 'is a reference to a secret, not the secret',
    hint: 'start orch through the tool that resolves it, for example: op run -- orch …',
  },
  {
    form: /\.{3}|\u2026|\*{4}/,
    what: 'is abbreviated',
    hint: 'copy the whole key: a list of keys shows its ends only',
  },
  {
    form: /^(?=.{0,39}$).*(?:(?:your|my|insert|replace)[-_ ]?(?:\w{1,12}[-_ ]?)?(?:key|token|here|me)|placeholder|change-?_?me)|^(?:sk-(?:proj-)?)?[xX]{3,}$|^(?:todo|null|undefined|none|dummy|test|key|xxx+|sk-?)$/i,
    what: 'is a placeholder',
    hint: 'put your own key there; keys are made at platform.openai.com',
  },
  {
    form: /[\s\p{Cc}]|[^\x21-\x7e]/u,
    what: 'contains a space, a line break or another character that is not valid in a key',
    hint: keyHints.malformed,
  },
  { form: /^["'`]|["'`]$/, what: 'has quotes around it', hint: keyHints.malformed },
];

/** Servers of one's own take any key, also these. */
const forOwnServer = 'is a placeholder';

/**
 * What is wrong with the key; undefined when it may be one. `ownServer`: it is not for the OpenAI API, and may be any
 * word.
 */
export function keyFault(key: string, { ownServer }: { ownServer: boolean }): KeyFault | undefined {
  const fault = rows.find(({ form, what }) => form.test(key) && !(ownServer && what === forOwnServer));
  return fault && { message: `OPENAI_API_KEY ${fault.what}`, hint: fault.hint };
}

/** Whether the value is nothing but the variable's own name, which messages have to show. */
export function namesItself(key: string): boolean {
  return /^[^A-Za-z0-9]*(?:(?:process\.)?env[.:]|secrets\.)?OPENAI_API_KEY[^A-Za-z0-9]*$/.test(key);
}
