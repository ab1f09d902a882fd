/** The completion script for bash, from 3.2 on (macOS). Bash shows no descriptions. */
import { type CommandSpec, flagsWithValue, type ValueSpec } from './spec.ts';

export function bashCompletions(name: string, specs: readonly CommandSpec[]): string {
  const me = `_${name}`;
  return `# bash completion for ${name}, generated from its commands. Load it with: eval "$(${name} completion bash)"

${me}_offer() {
  local word
  for word; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$prefix$word")
  done
}

# A comma-separated list: words that are already in it stay and are not offered again.
${me}_offer_list() {
  local word taken=
  [[ $cur == *,* ]] && taken="\${cur%,*},"
  for word; do
    [[ ",$taken" != *",$word,"* && "$taken$word" == "$cur"* ]] && COMPREPLY+=("$prefix$taken$word")
  done
}

# Readline falls back to file names if nothing is offered; this turns that off.
${me}_nothing() {
  compopt +o default 2>/dev/null
}

${me}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path= place=0 want= prefix= literal= word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $want ]]; then
      # Bash makes the "=" between an option and its value a word of its own.
      [[ $word == = ]] || want=
    elif [[ -z $literal && $word == -- ]]; then
      literal=1
    elif [[ -z $literal && $word == -?* ]]; then
      case "$path" in
${specs
  .filter((spec) => flagsWithValue(spec).length > 0)
  .map(
    (spec) => `        ${quote(spec.path)})
          case "$word" in
            ${flagsWithValue(spec).join(' | ')}) want="$word" ;;
          esac
          ;;`,
  )
  .join('\n')}
      esac
    else
      case "$path/$place/$word" in
${specs
  .flatMap(({ path, commands }) =>
    commands.map((child) => `        ${quote(`${path}/0/${child.name}`)}) path=${quote(child.path)} ;;`),
  )
  .join('\n')}
        *) place=$((place + 1)) ;;
      esac
    fi
  done

  if [[ -n $want ]]; then
    [[ $cur == = ]] && cur=
  elif [[ -z $literal && $cur == --*=* ]]; then
    want="\${cur%%=*}"
    prefix="$want="
    cur="\${cur#*=}"
  fi
  if [[ -n $want ]]; then
    case "$path" in
${specs
  .map((spec) => ({ spec, values: valueCases(me, spec) }))
  .filter(({ values }) => values.length > 0)
  .map(
    ({ spec, values }) => `      ${quote(spec.path)})
        case "$want" in
${values.map((line) => `          ${line}`).join('\n')}
          *) ${me}_nothing ;;
        esac
        ;;`,
  )
  .join('\n')}
      *) ${me}_nothing ;;
    esac
  elif [[ -z $literal && $cur == -* ]]; then
    case "$path" in
${specs
  .map(({ path, options }) => {
    const flags = options.map(({ flags }) => flags.at(-1));
    return `      ${quote(path)}) ${me}_offer ${flags.join(' ')} ;;`;
  })
  .join('\n')}
    esac
  else
    case "$path/$place" in
${specs
  .flatMap((spec) => argumentCases(me, spec))
  .map((line) => `      ${line}`)
  .join('\n')}
      *) ${me}_nothing ;;
    esac
  fi
  return 0
}

complete -o default -F ${me} ${name}
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The shell command that offers completions for the value. */
function offer(me: string, { words, list }: ValueSpec): string | undefined {
  if (words === undefined) return undefined;
  if (words === 'file') return ':';
  return `${me}_offer${list ? '_list' : ''} ${words.join(' ')}`;
}

function valueCases(me: string, { options }: CommandSpec): string[] {
  return options.flatMap(({ flags, value }) => {
    const action = value && offer(me, value);
    return action === undefined ? [] : [`${flags.join(' | ')}) ${action} ;;`];
  });
}

function argumentCases(me: string, { path, commands, arguments: places }: CommandSpec): string[] {
  if (commands.length > 0) {
    return [`${quote(`${path}/0`)}) ${me}_offer ${commands.map(({ name }) => name).join(' ')} ;;`];
  }
  return places.flatMap((argument, place) => {
    const action = offer(me, argument);
    if (action === undefined) return [];
    const everywhere = argument.variadic && argument.words === 'file';
    return [`${everywhere ? `${quote(`${path}/`)}*` : quote(`${path}/${place}`)}) ${action} ;;`];
  });
}
