# bash completion for orch, generated from its commands. Load it with: eval "$(orch completion bash)"

_orch_offer() {
  local word
  for word; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$prefix$word")
  done
}

# A comma-separated list: words that are already in it stay and are not offered again.
_orch_offer_list() {
  local word taken=
  [[ $cur == *,* ]] && taken="${cur%,*},"
  for word; do
    [[ ",$taken" != *",$word,"* && "$taken$word" == "$cur"* ]] && COMPREPLY+=("$prefix$taken$word")
  done
}

# Readline falls back to file names if nothing is offered; this turns that off.
_orch_nothing() {
  compopt +o default 2>/dev/null
}

_orch() {
  local cur="${COMP_WORDS[COMP_CWORD]}" path= place=0 want= prefix= literal= word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if [[ -n $want ]]; then
      # Bash makes the "=" between an option and its value a word of its own.
      [[ $word == = ]] || want=
    elif [[ -z $literal && $word == -- ]]; then
      literal=1
    elif [[ -z $literal && $word == -?* ]]; then
      case "$path" in
        'run')
          case "$word" in
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --max-cost | --range | --timeout | --framework | --return | -o | --output) want="$word" ;;
          esac
          ;;
        'diff')
          case "$word" in
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --max-cost | --range | --timeout | --task | --from | -o | --output) want="$word" ;;
          esac
          ;;
        'tests')
          case "$word" in
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --max-cost | --range | --timeout | --framework | --verify | -o | --output) want="$word" ;;
          esac
          ;;
        'docs')
          case "$word" in
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --max-cost | --range | --timeout | -o | --output) want="$word" ;;
          esac
          ;;
        'patch apply')
          case "$word" in
            --from) want="$word" ;;
          esac
          ;;
        'route')
          case "$word" in
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --max-cost | --range | --timeout | --framework | --return) want="$word" ;;
          esac
          ;;
        'usage report')
          case "$word" in
            --by | --since | --until | --format | -o | --output) want="$word" ;;
          esac
          ;;
        'doctor')
          case "$word" in
            --timeout) want="$word" ;;
          esac
          ;;
        'serve')
          case "$word" in
            --tool-names) want="$word" ;;
          esac
          ;;
      esac
    else
      case "$path/$place/$word" in
        '/0/run') path='run' ;;
        '/0/diff') path='diff' ;;
        '/0/tests') path='tests' ;;
        '/0/docs') path='docs' ;;
        '/0/patch') path='patch' ;;
        '/0/route') path='route' ;;
        '/0/usage') path='usage' ;;
        '/0/doctor') path='doctor' ;;
        '/0/serve') path='serve' ;;
        '/0/completion') path='completion' ;;
        '/0/help') path='help' ;;
        'patch/0/apply') path='patch apply' ;;
        'usage/0/report') path='usage report' ;;
        *) place=$((place + 1)) ;;
      esac
    fi
  done

  if [[ -n $want ]]; then
    [[ $cur == = ]] && cur=
  elif [[ -z $literal && $cur == --*=* ]]; then
    want="${cur%%=*}"
    prefix="$want="
    cur="${cur#*=}"
  fi
  if [[ -n $want ]]; then
    case "$path" in
      'run')
        case "$want" in
          -f | --file) : ;;
          -m | --force-model) _orch_offer codex mini chat full ;;
          --effort) _orch_offer none minimal low medium high xhigh max ;;
          --return) _orch_offer code patch text ;;
          -o | --output) : ;;
          *) _orch_nothing ;;
        esac
        ;;
      'diff')
        case "$want" in
          -f | --file) : ;;
          -m | --force-model) _orch_offer codex mini chat full ;;
          --effort) _orch_offer none minimal low medium high xhigh max ;;
          --task) _orch_offer code_generate refactor tests docs deep_reasoning ;;
          --from) : ;;
          -o | --output) : ;;
          *) _orch_nothing ;;
        esac
        ;;
      'tests')
        case "$want" in
          -f | --file) : ;;
          -m | --force-model) _orch_offer codex mini chat full ;;
          --effort) _orch_offer none minimal low medium high xhigh max ;;
          -o | --output) : ;;
          *) _orch_nothing ;;
        esac
        ;;
      'docs')
        case "$want" in
          -f | --file) : ;;
          -m | --force-model) _orch_offer codex mini chat full ;;
          --effort) _orch_offer none minimal low medium high xhigh max ;;
          -o | --output) : ;;
          *) _orch_nothing ;;
        esac
        ;;
      'patch apply')
        case "$want" in
          --from) : ;;
          *) _orch_nothing ;;
        esac
        ;;
      'route')
        case "$want" in
          -f | --file) : ;;
          -m | --force-model) _orch_offer codex mini chat full ;;
          --effort) _orch_offer none minimal low medium high xhigh max ;;
          --return) _orch_offer code patch text ;;
          *) _orch_nothing ;;
        esac
        ;;
      'usage report')
        case "$want" in
          --by) _orch_offer_list model task day month language alias project rule error run ;;
          --format) _orch_offer table json csv md html ;;
          -o | --output) : ;;
          *) _orch_nothing ;;
        esac
        ;;
      'serve')
        case "$want" in
          --tool-names) _orch_offer dotted underscore ;;
          *) _orch_nothing ;;
        esac
        ;;
      *) _orch_nothing ;;
    esac
  elif [[ -z $literal && $cur == -* ]]; then
    case "$path" in
      '') _orch_offer --version --help ;;
      'run') _orch_offer --input --file --language --safety-critical --force-model --effort --max-cost --changes --staged --range --timeout --framework --return --apply --output --force --json --dry-run --stream --no-stream --no-stdin --rehearse --help ;;
      'diff') _orch_offer --input --file --language --safety-critical --force-model --effort --max-cost --changes --staged --range --timeout --task --from --check --strict --apply --output --force --json --dry-run --stream --no-stream --no-stdin --rehearse --help ;;
      'tests') _orch_offer --input --file --language --safety-critical --force-model --effort --max-cost --changes --staged --range --timeout --framework --verify --output --force --json --dry-run --stream --no-stream --no-stdin --rehearse --help ;;
      'docs') _orch_offer --input --file --language --safety-critical --force-model --effort --max-cost --changes --staged --range --timeout --output --force --json --dry-run --stream --no-stream --no-stdin --rehearse --help ;;
      'patch') _orch_offer --help ;;
      'patch apply') _orch_offer --from --resume --json --help ;;
      'route') _orch_offer --input --file --language --safety-critical --force-model --effort --max-cost --changes --staged --range --timeout --framework --return --explain --json --no-stdin --help ;;
      'usage') _orch_offer --help ;;
      'usage report') _orch_offer --by --since --until --format --output --force --json --help ;;
      'doctor') _orch_offer --verbose --timeout --json --rehearse --help ;;
      'serve') _orch_offer --stdio --tool-names --help ;;
      'completion') _orch_offer --help ;;
      'help') _orch_offer --help ;;
    esac
  else
    case "$path/$place" in
      '/0') _orch_offer run diff tests docs patch route usage doctor serve completion help ;;
      'run/0') _orch_offer code_generate refactor tests docs deep_reasoning ask ;;
      'patch/0') _orch_offer apply ;;
      'route/0') _orch_offer code_generate refactor tests docs deep_reasoning ask ;;
      'usage/0') _orch_offer report ;;
      'usage report/'*) : ;;
      'completion/0') _orch_offer bash zsh fish ;;
      'help/0') _orch_offer exit-codes environment configuration run diff tests docs patch route usage doctor serve completion ;;
      *) _orch_nothing ;;
    esac
  fi
  return 0
}

complete -o default -F _orch orch
