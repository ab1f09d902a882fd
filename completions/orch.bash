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
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --tier | --prefer | --complexity | --max-output | --max-cost | --range | --context-tokens | --timeout | --max-retry-after | --framework | --return | --verify | --sandbox | -o | --output) want="$word" ;;
          esac
          ;;
        'diff')
          case "$word" in
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --tier | --prefer | --complexity | --max-output | --max-cost | --range | --context-tokens | --timeout | --max-retry-after | --task | --from | --verify | --sandbox | -o | --output) want="$word" ;;
          esac
          ;;
        'tests')
          case "$word" in
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --tier | --prefer | --complexity | --max-output | --max-cost | --range | --context-tokens | --timeout | --max-retry-after | --framework | --verify | --sandbox | -o | --output) want="$word" ;;
          esac
          ;;
        'docs')
          case "$word" in
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --tier | --prefer | --complexity | --max-output | --max-cost | --range | --context-tokens | --timeout | --max-retry-after | -o | --output) want="$word" ;;
          esac
          ;;
        'patch apply')
          case "$word" in
            --from) want="$word" ;;
          esac
          ;;
        'search')
          case "$word" in
            -f | --file | --kind | -l | --language | -n | --limit | --max-tokens | --engine) want="$word" ;;
          esac
          ;;
        'route')
          case "$word" in
            -i | --input | -f | --file | -l | --language | -m | --force-model | --effort | --tier | --prefer | --complexity | --max-output | --max-cost | --range | --context-tokens | --timeout | --max-retry-after | --framework | --return) want="$word" ;;
          esac
          ;;
        'usage report')
          case "$word" in
            --by | --compare | --since | --until | --task | --model | --project | --timezone | --format | -o | --output) want="$word" ;;
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
        '/0/search') path='search' ;;
        '/0/route') path='route' ;;
        '/0/usage') path='usage' ;;
        '/0/runs') path='runs' ;;
        '/0/doctor') path='doctor' ;;
        '/0/models') path='models' ;;
        '/0/config') path='config' ;;
        '/0/serve') path='serve' ;;
        '/0/completion') path='completion' ;;
        '/0/help') path='help' ;;
        'patch/0/apply') path='patch apply' ;;
        'usage/0/report') path='usage report' ;;
        'usage/0/status') path='usage status' ;;
        'runs/0/show') path='runs show' ;;
        'runs/0/list') path='runs list' ;;
        'config/0/get') path='config get' ;;
        'config/0/set') path='config set' ;;
        'config/0/unset') path='config unset' ;;
        'config/0/list') path='config list' ;;
        'config/0/path') path='config path' ;;
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
          --tier) _orch_offer default flex fast ;;
          --prefer) _orch_offer order cost ;;
          --complexity) _orch_offer low normal high ;;
          --return) _orch_offer code patch text ;;
          --sandbox) _orch_offer auto require off ;;
          -o | --output) : ;;
          *) _orch_nothing ;;
        esac
        ;;
      'diff')
        case "$want" in
          -f | --file) : ;;
          -m | --force-model) _orch_offer codex mini chat full ;;
          --effort) _orch_offer none minimal low medium high xhigh max ;;
          --tier) _orch_offer default flex fast ;;
          --prefer) _orch_offer order cost ;;
          --complexity) _orch_offer low normal high ;;
          --task) _orch_offer code_generate refactor tests docs deep_reasoning ;;
          --from) : ;;
          --sandbox) _orch_offer auto require off ;;
          -o | --output) : ;;
          *) _orch_nothing ;;
        esac
        ;;
      'tests')
        case "$want" in
          -f | --file) : ;;
          -m | --force-model) _orch_offer codex mini chat full ;;
          --effort) _orch_offer none minimal low medium high xhigh max ;;
          --tier) _orch_offer default flex fast ;;
          --prefer) _orch_offer order cost ;;
          --complexity) _orch_offer low normal high ;;
          --sandbox) _orch_offer auto require off ;;
          -o | --output) : ;;
          *) _orch_nothing ;;
        esac
        ;;
      'docs')
        case "$want" in
          -f | --file) : ;;
          -m | --force-model) _orch_offer codex mini chat full ;;
          --effort) _orch_offer none minimal low medium high xhigh max ;;
          --tier) _orch_offer default flex fast ;;
          --prefer) _orch_offer order cost ;;
          --complexity) _orch_offer low normal high ;;
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
      'search')
        case "$want" in
          -f | --file) : ;;
          --kind) _orch_offer source tests docs all ;;
          --engine) _orch_offer embedded qdrant ;;
          *) _orch_nothing ;;
        esac
        ;;
      'route')
        case "$want" in
          -f | --file) : ;;
          -m | --force-model) _orch_offer codex mini chat full ;;
          --effort) _orch_offer none minimal low medium high xhigh max ;;
          --tier) _orch_offer default flex fast ;;
          --prefer) _orch_offer order cost ;;
          --complexity) _orch_offer low normal high ;;
          --return) _orch_offer code patch text ;;
          *) _orch_nothing ;;
        esac
        ;;
      'usage report')
        case "$want" in
          --by) _orch_offer_list model task day week month language alias project rule tier outcome error run ;;
          --compare) _orch_offer model task day week month language alias project rule tier outcome error run ;;
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
      'run') _orch_offer --input --file --language --safety-critical --force-model --effort --tier --prefer --complexity --max-output --max-cost --changes --staged --range --auto-context --no-auto-context --context-tokens --timeout --max-retry-after --framework --return --apply --verify --sandbox --output --force --json --dry-run --stream --no-stream --quiet --no-stdin --rehearse --help ;;
      'diff') _orch_offer --input --file --language --safety-critical --force-model --effort --tier --prefer --complexity --max-output --max-cost --changes --staged --range --auto-context --no-auto-context --context-tokens --timeout --max-retry-after --task --from --check --strict --apply --verify --sandbox --output --force --json --dry-run --stream --no-stream --quiet --no-stdin --rehearse --help ;;
      'tests') _orch_offer --input --file --language --safety-critical --force-model --effort --tier --prefer --complexity --max-output --max-cost --changes --staged --range --auto-context --no-auto-context --context-tokens --timeout --max-retry-after --framework --verify --sandbox --output --force --json --dry-run --stream --no-stream --quiet --no-stdin --rehearse --help ;;
      'docs') _orch_offer --input --file --language --safety-critical --force-model --effort --tier --prefer --complexity --max-output --max-cost --changes --staged --range --auto-context --no-auto-context --context-tokens --timeout --max-retry-after --output --force --json --dry-run --stream --no-stream --quiet --no-stdin --rehearse --help ;;
      'patch') _orch_offer --help ;;
      'patch apply') _orch_offer --from --resume --partial --json --help ;;
      'search') _orch_offer --file --kind --language --limit --max-tokens --engine --memory --paths --show --json --help ;;
      'route') _orch_offer --input --file --language --safety-critical --force-model --effort --tier --prefer --complexity --max-output --max-cost --changes --staged --range --auto-context --no-auto-context --context-tokens --timeout --max-retry-after --framework --return --explain --json --no-stdin --help ;;
      'usage') _orch_offer --help ;;
      'usage report') _orch_offer --by --compare --since --until --task --model --project --timezone --format --bom --output --force --json --help ;;
      'usage status') _orch_offer --statusline --rebuild --json --help ;;
      'runs') _orch_offer --help ;;
      'runs show') _orch_offer --json --help ;;
      'runs list') _orch_offer --json --help ;;
      'doctor') _orch_offer --verbose --timeout --json --rehearse --help ;;
      'models') _orch_offer --json --help ;;
      'config') _orch_offer --help ;;
      'config get') _orch_offer --json --help ;;
      'config set') _orch_offer --json --help ;;
      'config unset') _orch_offer --json --help ;;
      'config list') _orch_offer --json --help ;;
      'config path') _orch_offer --json --help ;;
      'serve') _orch_offer --stdio --tool-names --help ;;
      'completion') _orch_offer --help ;;
      'help') _orch_offer --help ;;
    esac
  else
    case "$path/$place" in
      '/0') _orch_offer run diff tests docs patch search route usage runs doctor models config serve completion help ;;
      'run/0') _orch_offer code_generate refactor tests docs deep_reasoning ask ;;
      'patch/0') _orch_offer apply ;;
      'route/0') _orch_offer code_generate refactor tests docs deep_reasoning ask ;;
      'usage/0') _orch_offer report status ;;
      'usage report/'*) : ;;
      'usage status/'*) : ;;
      'runs/0') _orch_offer show list ;;
      'config/0') _orch_offer get set unset list path ;;
      'config get/0') _orch_offer aliases.codex aliases.mini aliases.chat aliases.full routing.code_generate routing.refactor routing.tests routing.docs routing.deep_reasoning defaults.max_output_tokens defaults.temperature defaults.reasoning_effort defaults.verbosity defaults.tier defaults.tierFallback defaults.prefer overrides.code_generate.max_output_tokens overrides.code_generate.temperature overrides.code_generate.reasoning_effort overrides.code_generate.verbosity overrides.code_generate.tier overrides.code_generate.tierFallback overrides.code_generate.prefer overrides.refactor.max_output_tokens overrides.refactor.temperature overrides.refactor.reasoning_effort overrides.refactor.verbosity overrides.refactor.tier overrides.refactor.tierFallback overrides.refactor.prefer overrides.tests.max_output_tokens overrides.tests.temperature overrides.tests.reasoning_effort overrides.tests.verbosity overrides.tests.tier overrides.tests.tierFallback overrides.tests.prefer overrides.docs.max_output_tokens overrides.docs.temperature overrides.docs.reasoning_effort overrides.docs.verbosity overrides.docs.tier overrides.docs.tierFallback overrides.docs.prefer overrides.deep_reasoning.max_output_tokens overrides.deep_reasoning.temperature overrides.deep_reasoning.reasoning_effort overrides.deep_reasoning.verbosity overrides.deep_reasoning.tier overrides.deep_reasoning.tierFallback overrides.deep_reasoning.prefer caps.codex.max_input caps.mini.max_input caps.chat.max_input caps.full.max_input timeouts.default.firstEventMs timeouts.codex.firstEventMs timeouts.mini.firstEventMs timeouts.chat.firstEventMs timeouts.full.firstEventMs timeouts.default.flexWaitMs timeouts.codex.flexWaitMs timeouts.mini.flexWaitMs timeouts.chat.flexWaitMs timeouts.full.flexWaitMs timeouts.default.idleMs timeouts.codex.idleMs timeouts.mini.idleMs timeouts.chat.idleMs timeouts.full.idleMs timeouts.default.totalMs timeouts.codex.totalMs timeouts.mini.totalMs timeouts.chat.totalMs timeouts.full.totalMs retry.maxRetries retry.baseMs retry.maxMs breaker.failures breaker.cooldownMs budgets.perCallUsd budgets.perTaskUsd.code_generate budgets.perTaskUsd.refactor budgets.perTaskUsd.tests budgets.perTaskUsd.docs budgets.perTaskUsd.deep_reasoning budgets.dailyUsd budgets.weeklyUsd budgets.monthlyUsd budgets.onUnavailable budgets.alertUsd languages.c languages.cpp languages.rust safetyCritical models.allow models.deny complexity.low.effortStep complexity.low.order complexity.normal.effortStep complexity.normal.order complexity.high.effortStep complexity.high.order retrieval.engine retrieval.autoContext retrieval.contextTokens retrieval.exclude retrieval.qdrant.url retrieval.qdrant.collection retrieval.qdrant.allowInsecure retrieval.embeddings.model retrieval.embeddings.dimensions retrieval.memory.preset retrieval.memory.command retrieval.memory.args retrieval.memory.tool retrieval.memory.timeoutMs rules ;;
      'config set/0') _orch_offer aliases.codex aliases.mini aliases.chat aliases.full routing.code_generate routing.refactor routing.tests routing.docs routing.deep_reasoning defaults.max_output_tokens defaults.temperature defaults.reasoning_effort defaults.verbosity defaults.tier defaults.tierFallback defaults.prefer overrides.code_generate.max_output_tokens overrides.code_generate.temperature overrides.code_generate.reasoning_effort overrides.code_generate.verbosity overrides.code_generate.tier overrides.code_generate.tierFallback overrides.code_generate.prefer overrides.refactor.max_output_tokens overrides.refactor.temperature overrides.refactor.reasoning_effort overrides.refactor.verbosity overrides.refactor.tier overrides.refactor.tierFallback overrides.refactor.prefer overrides.tests.max_output_tokens overrides.tests.temperature overrides.tests.reasoning_effort overrides.tests.verbosity overrides.tests.tier overrides.tests.tierFallback overrides.tests.prefer overrides.docs.max_output_tokens overrides.docs.temperature overrides.docs.reasoning_effort overrides.docs.verbosity overrides.docs.tier overrides.docs.tierFallback overrides.docs.prefer overrides.deep_reasoning.max_output_tokens overrides.deep_reasoning.temperature overrides.deep_reasoning.reasoning_effort overrides.deep_reasoning.verbosity overrides.deep_reasoning.tier overrides.deep_reasoning.tierFallback overrides.deep_reasoning.prefer caps.codex.max_input caps.mini.max_input caps.chat.max_input caps.full.max_input timeouts.default.firstEventMs timeouts.codex.firstEventMs timeouts.mini.firstEventMs timeouts.chat.firstEventMs timeouts.full.firstEventMs timeouts.default.flexWaitMs timeouts.codex.flexWaitMs timeouts.mini.flexWaitMs timeouts.chat.flexWaitMs timeouts.full.flexWaitMs timeouts.default.idleMs timeouts.codex.idleMs timeouts.mini.idleMs timeouts.chat.idleMs timeouts.full.idleMs timeouts.default.totalMs timeouts.codex.totalMs timeouts.mini.totalMs timeouts.chat.totalMs timeouts.full.totalMs retry.maxRetries retry.baseMs retry.maxMs breaker.failures breaker.cooldownMs budgets.perCallUsd budgets.perTaskUsd.code_generate budgets.perTaskUsd.refactor budgets.perTaskUsd.tests budgets.perTaskUsd.docs budgets.perTaskUsd.deep_reasoning budgets.dailyUsd budgets.weeklyUsd budgets.monthlyUsd budgets.onUnavailable budgets.alertUsd languages.c languages.cpp languages.rust safetyCritical models.allow models.deny complexity.low.effortStep complexity.low.order complexity.normal.effortStep complexity.normal.order complexity.high.effortStep complexity.high.order retrieval.engine retrieval.autoContext retrieval.contextTokens retrieval.exclude retrieval.qdrant.url retrieval.qdrant.collection retrieval.qdrant.allowInsecure retrieval.embeddings.model retrieval.embeddings.dimensions retrieval.memory.preset retrieval.memory.command retrieval.memory.args retrieval.memory.tool retrieval.memory.timeoutMs rules ;;
      'config unset/0') _orch_offer aliases.codex aliases.mini aliases.chat aliases.full routing.code_generate routing.refactor routing.tests routing.docs routing.deep_reasoning defaults.max_output_tokens defaults.temperature defaults.reasoning_effort defaults.verbosity defaults.tier defaults.tierFallback defaults.prefer overrides.code_generate.max_output_tokens overrides.code_generate.temperature overrides.code_generate.reasoning_effort overrides.code_generate.verbosity overrides.code_generate.tier overrides.code_generate.tierFallback overrides.code_generate.prefer overrides.refactor.max_output_tokens overrides.refactor.temperature overrides.refactor.reasoning_effort overrides.refactor.verbosity overrides.refactor.tier overrides.refactor.tierFallback overrides.refactor.prefer overrides.tests.max_output_tokens overrides.tests.temperature overrides.tests.reasoning_effort overrides.tests.verbosity overrides.tests.tier overrides.tests.tierFallback overrides.tests.prefer overrides.docs.max_output_tokens overrides.docs.temperature overrides.docs.reasoning_effort overrides.docs.verbosity overrides.docs.tier overrides.docs.tierFallback overrides.docs.prefer overrides.deep_reasoning.max_output_tokens overrides.deep_reasoning.temperature overrides.deep_reasoning.reasoning_effort overrides.deep_reasoning.verbosity overrides.deep_reasoning.tier overrides.deep_reasoning.tierFallback overrides.deep_reasoning.prefer caps.codex.max_input caps.mini.max_input caps.chat.max_input caps.full.max_input timeouts.default.firstEventMs timeouts.codex.firstEventMs timeouts.mini.firstEventMs timeouts.chat.firstEventMs timeouts.full.firstEventMs timeouts.default.flexWaitMs timeouts.codex.flexWaitMs timeouts.mini.flexWaitMs timeouts.chat.flexWaitMs timeouts.full.flexWaitMs timeouts.default.idleMs timeouts.codex.idleMs timeouts.mini.idleMs timeouts.chat.idleMs timeouts.full.idleMs timeouts.default.totalMs timeouts.codex.totalMs timeouts.mini.totalMs timeouts.chat.totalMs timeouts.full.totalMs retry.maxRetries retry.baseMs retry.maxMs breaker.failures breaker.cooldownMs budgets.perCallUsd budgets.perTaskUsd.code_generate budgets.perTaskUsd.refactor budgets.perTaskUsd.tests budgets.perTaskUsd.docs budgets.perTaskUsd.deep_reasoning budgets.dailyUsd budgets.weeklyUsd budgets.monthlyUsd budgets.onUnavailable budgets.alertUsd languages.c languages.cpp languages.rust safetyCritical models.allow models.deny complexity.low.effortStep complexity.low.order complexity.normal.effortStep complexity.normal.order complexity.high.effortStep complexity.high.order retrieval.engine retrieval.autoContext retrieval.contextTokens retrieval.exclude retrieval.qdrant.url retrieval.qdrant.collection retrieval.qdrant.allowInsecure retrieval.embeddings.model retrieval.embeddings.dimensions retrieval.memory.preset retrieval.memory.command retrieval.memory.args retrieval.memory.tool retrieval.memory.timeoutMs rules ;;
      'completion/0') _orch_offer bash zsh fish ;;
      'help/0') _orch_offer exit-codes environment configuration run diff tests docs patch search route usage runs doctor models config serve completion ;;
      *) _orch_nothing ;;
    esac
  fi
  return 0
}

complete -o default -F _orch orch
