/** The completion script for fish, from 3.1 on. */
import { type CommandSpec, flagsWithValue, type ValueSpec } from './spec.ts';

export function fishCompletions(name: string, specs: readonly CommandSpec[]): string {
  const at = `__${name}_at`;
  const list = `__${name}_list`;
  return `# fish completion for ${name}, generated from its commands. Load it with: ${name} completion fish | source

# Whether the cursor is in this command and, if a range is given, at one of these arguments of it.
function ${at}
    set -l path ''
    set -l place 0
    set -l want ''
    set -l literal ''
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test -n "$want"
            set want ''
        else if test -z "$literal"; and test "$word" = --
            set literal 1
        else if test -z "$literal"; and string match -q -- '-*' $word; and test "$word" != -
            switch "$path/$word"
${specs
  .filter((spec) => flagsWithValue(spec).length > 0)
  .map(
    (spec) => `                case ${flagsWithValue(spec)
      .map((flag) => quote(`${spec.path}/${flag}`))
      .join(' ')}
                    set want $word`,
  )
  .join('\n')}
            end
        else
            switch "$path/$place/$word"
${specs
  .flatMap(({ path, commands }) =>
    commands.map(
      (child) => `                case ${quote(`${path}/0/${child.name}`)}
                    set path ${quote(child.path)}`,
    ),
  )
  .join('\n')}
                case '*'
                    set place (math $place + 1)
            end
        end
    end
    test "$path" = "$argv[1]"; or return 1
    set -q argv[2]; or return 0
    test $place -ge $argv[2]; and test $place -le $argv[3]
end

# A comma-separated list: words that are already in it stay and are not offered again.
function ${list}
    set -l taken (string replace -r '^--?[^=]*=' '' -- (commandline -ct) | string match -r '^.*,')
    for word in $argv
        string match -q -- "*,$word,*" ",$taken"; or echo "$taken$word"
    end
end

complete -c ${name} -f
${specs.flatMap((spec) => lines(spec)).join('\n')}
`;

  function lines({ path, commands, options, arguments: places }: CommandSpec): string[] {
    const when = (...place: number[]) => `-n ${quote([at, `"${path}"`, ...place].join(' '))}`;
    return [
      ...commands.map((child) => `${when(0, 0)} -a ${child.name} -d ${quote(child.description)}`),
      ...places.flatMap((argument, place) => {
        const action = offer(argument);
        if (action === undefined) return [];
        const last = argument.variadic && argument.words === 'file' ? 1_000_000 : place;
        return [`${when(place, last)} ${action}`];
      }),
      ...options.map(({ flags, description, value }) => {
        const names = flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        const needs = value === undefined ? [] : [`-r ${offer(value) ?? '-f'}`];
        return [when(), ...names, ...needs, `-d ${quote(description)}`].join(' ');
      }),
    ].map((line) => `complete -c ${name} ${line}`);
  }

  function offer({ words, list: many }: ValueSpec): string | undefined {
    if (words === undefined) return undefined;
    if (words === 'file') return '-F';
    return `-f -a ${quote(many ? `(${list} ${words.join(' ')})` : words.join(' '))}`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
