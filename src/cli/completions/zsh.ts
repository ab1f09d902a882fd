/** The completion script for zsh. Put into the fpath as `_orch`, or read in with its output. */
import type { CommandSpec, OptionSpec, ValueSpec } from './spec.ts';

export function zshCompletions(name: string, specs: readonly CommandSpec[]): string {
  const me = `_${name}`;
  const functionFor = (path: string) => [me, ...path.split(' ').filter(Boolean)].join('_');
  return `#compdef ${name}
# zsh completion for ${name}, made from its commands. Load it with: source <(${name} completion zsh)

${specs.map((spec) => (spec.commands.length > 0 ? group(spec) : leaf(spec))).join('\n')}
# As a file of the fpath this is the body of ${me}; read in with source it only says which command it is for.
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
  # After the command's name the options are its own.
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
      // Where no argument is left zsh offers the options, which is not what follows here.
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
  // The value may be joined to the short form, and by = to the long one.
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

/** For an explanation in brackets. */
function escaped(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
