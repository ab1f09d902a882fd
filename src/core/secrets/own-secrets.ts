/** The user's own secrets, as their environment has them: found wherever they stand, whatever they look like. */

const secretVariable =
  /(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|PAT|CREDENTIALS?|AUTH)$/i;
const prefix = /^(sk|rk|pk)-((proj|svcacct|admin|live|test)-)?/;

/**
 * Values of at least 12 characters that are no path, no word and no number; keys without their prefix as well.
 * `others` are secrets that stand in variables of other names, such as the password of a proxy.
 */
export function ownSecrets(
  variables: Readonly<Record<string, string | undefined>>,
  others: readonly string[] = [],
): string[] {
  const named = Object.entries(variables).flatMap(([name, value = '']) =>
    name === 'OPENAI_API_KEY' || secretVariable.test(name) ? [value.trim()] : [],
  );
  const secrets = [...named, ...others]
    .flatMap((value) => [value, value.replace(prefix, '')])
    .filter(isSecretValue);
  return [...new Set(secrets)].sort((a, b) => b.length - a.length);
}

function isSecretValue(value: string): boolean {
  return (
    value.length >= 12 &&
    /[a-z]/i.test(value) &&
    /\d/.test(value) &&
    !/\s|^(\/|~|\.|[a-z]:[\\/])/i.test(value)
  );
}
