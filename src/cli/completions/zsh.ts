/** The completion script for zsh. It works as the file `_orch` in the fpath, and when its output is sourced. */
import type { CommandSpec, OptionSpec, ValueSpec } from './spec.ts';

export function zshCompletions(name: string, specs: readonly CommandSpec[]): string {
  const me = `_${name}`;
  const functionFor = (path: string) => [me, ...path.split(' ').filter(Boolean)].join('_');
  return `#compdef ${name}
# zsh completion for ${name}, generated from its commands. Load it with: source <(${name} completion zsh)

${specs.map((spec) => (spec.commands.length > 0 ? group(spec) : leaf(spec))).join('\n')}
# In the fpath this file is the body of ${me}; when sourced, it only registers the function.
if [[ $funcstack[1] == ${me} ]]; then
  ${me} "$@"
else
  compdef ${me} ${name}
fi
`;

  function group(spec: CommandSpec): string {
    const self = functionFor(spec.path);
    const specLines = [
      ...spec.options.map(optionLine),
      quote(`1:command:${self}_commands`),
      quote('*::argument:->command'),
    ];
    return `${self}_commands() {
  local -a commands
  commands=(
${spec.commands.map((child) => `    ${quote(`${child.name}:${child.description}`)}`).join('\n')}
  )
  _describe -t commands command commands "$@"
}

${self}() {
  local curcontext="$curcontext" state line
  local -A opt_args
  # Options after the command's name belong to that command.
  _arguments -C -A '-*' \\
${continued(specLines)} && return 0
  [[ $state == command ]] || return 1
  curcontext="\${curcontext%:*:*}:${[name, ...spec.path.split(' ').filter(Boolean)].join('-')}-$words[1]:"
  case $words[1] in
${spec.commands.map((child) => `    ${child.name}) ${functionFor(child.path)} ;;`).join('\n')}
    *) return 1 ;;
  esac
}
`;
  }

  function leaf({ path, options, arguments: places }: CommandSpec): string {
    const argumentLines = places.flatMap((argument, at) => {
      const rest = argument.variadic && !Array.isArray(argument.words);
      const place = rest ? '*' : `${at + 1}`;
      const lines = [
        quote(`${place}:${rest || argument.required ? '' : ':'}${argument.name}:${action(argument)}`),
      ];
      // When no argument is left, zsh would offer options, but free text follows here.
      if (argument.variadic && !rest) lines.push(quote(`*:${argument.name}: `));
      return lines;
    });
    return `${functionFor(path)}() {
  _arguments -S \\
${continued([...options.map(optionLine), ...argumentLines])}
}
`;
  }
}

function continued(specLines: readonly string[]): string {
  return specLines.map((line) => `    ${line}`).join(' \\\n');
}

function optionLine({ flags, description, value }: OptionSpec): string {
  // A value may follow the short form directly, and the long form after =.
  const forms = flags.map((flag) => (value ? `${flag}${flag.startsWith('--') ? '=' : '+'}` : flag));
  const excluded = value?.repeatable ? '*' : flags.length > 1 ? `(${flags.join(' ')})` : '';
  const rest = `[${escaped(description)}]${value ? `:${value.name}:${action(value)}` : ''}`;
  if (forms.length === 1) return quote(`${excluded}${forms[0]}${rest}`);
  return `${quote(excluded)}{${forms.join(',')}}${quote(rest)}`;
}

function action({ name, words, list }: ValueSpec): string {
  if (words === undefined) return ' ';
  if (words === 'file') return '_files';
  return list ? `_values -s , ${name} ${words.join(' ')}` : `(${words.join(' ')})`;
}

/** For a description in brackets. */
function escaped(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
