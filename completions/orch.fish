# fish completion for orch, generated from its commands. Load it with: orch completion fish | source

# Whether the cursor is in this command and, if a range is given, at one of these arguments of it.
function __orch_at
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
                case 'run/-i' 'run/--input' 'run/-f' 'run/--file' 'run/-l' 'run/--language' 'run/-m' 'run/--force-model' 'run/--effort' 'run/--max-cost' 'run/--timeout' 'run/--framework' 'run/--return' 'run/-o' 'run/--output'
                    set want $word
                case 'diff/-i' 'diff/--input' 'diff/-f' 'diff/--file' 'diff/-l' 'diff/--language' 'diff/-m' 'diff/--force-model' 'diff/--effort' 'diff/--max-cost' 'diff/--timeout' 'diff/--task' 'diff/--from' 'diff/-o' 'diff/--output'
                    set want $word
                case 'tests/-i' 'tests/--input' 'tests/-f' 'tests/--file' 'tests/-l' 'tests/--language' 'tests/-m' 'tests/--force-model' 'tests/--effort' 'tests/--max-cost' 'tests/--timeout' 'tests/--framework' 'tests/--verify' 'tests/-o' 'tests/--output'
                    set want $word
                case 'docs/-i' 'docs/--input' 'docs/-f' 'docs/--file' 'docs/-l' 'docs/--language' 'docs/-m' 'docs/--force-model' 'docs/--effort' 'docs/--max-cost' 'docs/--timeout' 'docs/-o' 'docs/--output'
                    set want $word
                case 'patch apply/--from'
                    set want $word
                case 'route/-i' 'route/--input' 'route/-f' 'route/--file' 'route/-l' 'route/--language' 'route/-m' 'route/--force-model' 'route/--effort' 'route/--max-cost' 'route/--timeout' 'route/--framework' 'route/--return'
                    set want $word
                case 'usage report/--by' 'usage report/--since' 'usage report/--until' 'usage report/--timezone' 'usage report/--format' 'usage report/-o' 'usage report/--output'
                    set want $word
                case 'doctor/--timeout'
                    set want $word
                case 'serve/--tool-names'
                    set want $word
            end
        else
            switch "$path/$place/$word"
                case '/0/run'
                    set path 'run'
                case '/0/diff'
                    set path 'diff'
                case '/0/tests'
                    set path 'tests'
                case '/0/docs'
                    set path 'docs'
                case '/0/patch'
                    set path 'patch'
                case '/0/route'
                    set path 'route'
                case '/0/usage'
                    set path 'usage'
                case '/0/doctor'
                    set path 'doctor'
                case '/0/serve'
                    set path 'serve'
                case '/0/completion'
                    set path 'completion'
                case '/0/help'
                    set path 'help'
                case 'patch/0/apply'
                    set path 'patch apply'
                case 'usage/0/report'
                    set path 'usage report'
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
function __orch_list
    set -l taken (string replace -r '^--?[^=]*=' '' -- (commandline -ct) | string match -r '^.*,')
    for word in $argv
        string match -q -- "*,$word,*" ",$taken"; or echo "$taken$word"
    end
end

complete -c orch -f
complete -c orch -n '__orch_at "" 0 0' -a run -d 'Delegate a task to the best-suited model and print the result.'
complete -c orch -n '__orch_at "" 0 0' -a diff -d 'Get a change as a git patch, or turn an existing answer into one.'
complete -c orch -n '__orch_at "" 0 0' -a tests -d 'Write deterministic tests for the given files.'
complete -c orch -n '__orch_at "" 0 0' -a docs -d 'Write Markdown documentation for the given files.'
complete -c orch -n '__orch_at "" 0 0' -a patch -d 'Apply patches from earlier results.'
complete -c orch -n '__orch_at "" 0 0' -a route -d 'Show which model a request would go to, why, and what it may cost. Offline, no key needed.'
complete -c orch -n '__orch_at "" 0 0' -a usage -d 'Report what was spent.'
complete -c orch -n '__orch_at "" 0 0' -a doctor -d 'Check the setup: key, provider, models, configuration, ledger, clients.'
complete -c orch -n '__orch_at "" 0 0' -a serve -d 'Serve the tools over MCP.'
complete -c orch -n '__orch_at "" 0 0' -a completion -d 'Print the completion script for a shell.'
complete -c orch -n '__orch_at "" 0 0' -a help -d 'Print help for a command or a topic: exit-codes, environment, configuration.'
complete -c orch -n '__orch_at ""' -s V -l version -d 'Print the version'
complete -c orch -n '__orch_at ""' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "run" 0 0' -f -a 'code_generate refactor tests docs deep_reasoning'
complete -c orch -n '__orch_at "run"' -s i -l input -r -f -d 'What to do'
complete -c orch -n '__orch_at "run"' -s f -l file -r -F -d 'Paths, globs, path:10-40; read locally'
complete -c orch -n '__orch_at "run"' -s l -l language -r -f -d 'Programming language (default: by file name)'
complete -c orch -n '__orch_at "run"' -l safety-critical -d 'Strongest models only, input never truncated'
complete -c orch -n '__orch_at "run"' -s m -l force-model -r -f -a 'codex mini chat full' -d 'Alias or model id; no fallback'
complete -c orch -n '__orch_at "run"' -l effort -r -f -a 'none minimal low medium high xhigh max' -d 'Reasoning effort'
complete -c orch -n '__orch_at "run"' -l max-cost -r -f -d 'Cost ceiling in USD; a call that could cost more is not sent'
complete -c orch -n '__orch_at "run"' -l timeout -r -f -d 'Timeout of the whole call in seconds (default 600)'
complete -c orch -n '__orch_at "run"' -l framework -r -f -d 'Test framework: jest, pytest, …'
complete -c orch -n '__orch_at "run"' -l return -r -f -a 'code patch text' -d 'Default: depends on the task'
complete -c orch -n '__orch_at "run"' -l apply -d 'Write the patch to the working tree, all or nothing'
complete -c orch -n '__orch_at "run"' -s o -l output -r -F -d 'Write the result to this file instead of standard output'
complete -c orch -n '__orch_at "run"' -l force -d 'Replace the --output file even if it is an input or has changes that are not committed'
complete -c orch -n '__orch_at "run"' -l json -d 'Print one JSON value and nothing else'
complete -c orch -n '__orch_at "run"' -l dry-run -d 'Show the route and what it may cost; send nothing'
complete -c orch -n '__orch_at "run"' -l stream -d 'Show the model\'s answer on stderr as it arrives'
complete -c orch -n '__orch_at "run"' -l no-stream -d 'Request the whole answer at once instead of a stream'
complete -c orch -n '__orch_at "run"' -l no-stdin -d 'Do not read standard input, even if it is a pipe'
complete -c orch -n '__orch_at "run"' -l rehearse -d 'Use the built-in rehearsal server: no key needed, nothing spent'
complete -c orch -n '__orch_at "run"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "diff"' -s i -l input -r -f -d 'What to do'
complete -c orch -n '__orch_at "diff"' -s f -l file -r -F -d 'Paths, globs, path:10-40; read locally'
complete -c orch -n '__orch_at "diff"' -s l -l language -r -f -d 'Programming language (default: by file name)'
complete -c orch -n '__orch_at "diff"' -l safety-critical -d 'Strongest models only, input never truncated'
complete -c orch -n '__orch_at "diff"' -s m -l force-model -r -f -a 'codex mini chat full' -d 'Alias or model id; no fallback'
complete -c orch -n '__orch_at "diff"' -l effort -r -f -a 'none minimal low medium high xhigh max' -d 'Reasoning effort'
complete -c orch -n '__orch_at "diff"' -l max-cost -r -f -d 'Cost ceiling in USD; a call that could cost more is not sent'
complete -c orch -n '__orch_at "diff"' -l timeout -r -f -d 'Timeout of the whole call in seconds (default 600)'
complete -c orch -n '__orch_at "diff"' -l task -r -f -a 'code_generate refactor tests docs deep_reasoning' -d 'Task used to choose the model (default refactor)'
complete -c orch -n '__orch_at "diff"' -l from -r -F -d 'Use an existing answer (a file, or - for standard input): no request, no key needed'
complete -c orch -n '__orch_at "diff"' -l check -d 'Only check whether the patch applies'
complete -c orch -n '__orch_at "diff"' -l strict -d 'Reject matches that need more tolerance than for trailing white space and typography'
complete -c orch -n '__orch_at "diff"' -l apply -d 'Write the patch to the working tree, all or nothing'
complete -c orch -n '__orch_at "diff"' -s o -l output -r -F -d 'Write the result to this file instead of standard output'
complete -c orch -n '__orch_at "diff"' -l force -d 'Replace the --output file even if it is an input or has changes that are not committed'
complete -c orch -n '__orch_at "diff"' -l json -d 'Print one JSON value and nothing else'
complete -c orch -n '__orch_at "diff"' -l dry-run -d 'Show the route and what it may cost; send nothing'
complete -c orch -n '__orch_at "diff"' -l stream -d 'Show the model\'s answer on stderr as it arrives'
complete -c orch -n '__orch_at "diff"' -l no-stream -d 'Request the whole answer at once instead of a stream'
complete -c orch -n '__orch_at "diff"' -l no-stdin -d 'Do not read standard input, even if it is a pipe'
complete -c orch -n '__orch_at "diff"' -l rehearse -d 'Use the built-in rehearsal server: no key needed, nothing spent'
complete -c orch -n '__orch_at "diff"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "tests"' -s i -l input -r -f -d 'What to do'
complete -c orch -n '__orch_at "tests"' -s f -l file -r -F -d 'Paths, globs, path:10-40; read locally'
complete -c orch -n '__orch_at "tests"' -s l -l language -r -f -d 'Programming language (default: by file name)'
complete -c orch -n '__orch_at "tests"' -l safety-critical -d 'Strongest models only, input never truncated'
complete -c orch -n '__orch_at "tests"' -s m -l force-model -r -f -a 'codex mini chat full' -d 'Alias or model id; no fallback'
complete -c orch -n '__orch_at "tests"' -l effort -r -f -a 'none minimal low medium high xhigh max' -d 'Reasoning effort'
complete -c orch -n '__orch_at "tests"' -l max-cost -r -f -d 'Cost ceiling in USD; a call that could cost more is not sent'
complete -c orch -n '__orch_at "tests"' -l timeout -r -f -d 'Timeout of the whole call in seconds (default 600)'
complete -c orch -n '__orch_at "tests"' -l framework -r -f -d 'Test framework: jest, pytest, …'
complete -c orch -n '__orch_at "tests"' -l verify -r -f -d 'Accept only tests that pass this shell command; {} stands for the --output file'
complete -c orch -n '__orch_at "tests"' -s o -l output -r -F -d 'Write the result to this file instead of standard output'
complete -c orch -n '__orch_at "tests"' -l force -d 'Replace the --output file even if it is an input or has changes that are not committed'
complete -c orch -n '__orch_at "tests"' -l json -d 'Print one JSON value and nothing else'
complete -c orch -n '__orch_at "tests"' -l dry-run -d 'Show the route and what it may cost; send nothing'
complete -c orch -n '__orch_at "tests"' -l stream -d 'Show the model\'s answer on stderr as it arrives'
complete -c orch -n '__orch_at "tests"' -l no-stream -d 'Request the whole answer at once instead of a stream'
complete -c orch -n '__orch_at "tests"' -l no-stdin -d 'Do not read standard input, even if it is a pipe'
complete -c orch -n '__orch_at "tests"' -l rehearse -d 'Use the built-in rehearsal server: no key needed, nothing spent'
complete -c orch -n '__orch_at "tests"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "docs"' -s i -l input -r -f -d 'What to do'
complete -c orch -n '__orch_at "docs"' -s f -l file -r -F -d 'Paths, globs, path:10-40; read locally'
complete -c orch -n '__orch_at "docs"' -s l -l language -r -f -d 'Programming language (default: by file name)'
complete -c orch -n '__orch_at "docs"' -l safety-critical -d 'Strongest models only, input never truncated'
complete -c orch -n '__orch_at "docs"' -s m -l force-model -r -f -a 'codex mini chat full' -d 'Alias or model id; no fallback'
complete -c orch -n '__orch_at "docs"' -l effort -r -f -a 'none minimal low medium high xhigh max' -d 'Reasoning effort'
complete -c orch -n '__orch_at "docs"' -l max-cost -r -f -d 'Cost ceiling in USD; a call that could cost more is not sent'
complete -c orch -n '__orch_at "docs"' -l timeout -r -f -d 'Timeout of the whole call in seconds (default 600)'
complete -c orch -n '__orch_at "docs"' -s o -l output -r -F -d 'Write the result to this file instead of standard output'
complete -c orch -n '__orch_at "docs"' -l force -d 'Replace the --output file even if it is an input or has changes that are not committed'
complete -c orch -n '__orch_at "docs"' -l json -d 'Print one JSON value and nothing else'
complete -c orch -n '__orch_at "docs"' -l dry-run -d 'Show the route and what it may cost; send nothing'
complete -c orch -n '__orch_at "docs"' -l stream -d 'Show the model\'s answer on stderr as it arrives'
complete -c orch -n '__orch_at "docs"' -l no-stream -d 'Request the whole answer at once instead of a stream'
complete -c orch -n '__orch_at "docs"' -l no-stdin -d 'Do not read standard input, even if it is a pipe'
complete -c orch -n '__orch_at "docs"' -l rehearse -d 'Use the built-in rehearsal server: no key needed, nothing spent'
complete -c orch -n '__orch_at "docs"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "patch" 0 0' -a apply -d 'Write a patch to the working tree, all or nothing.'
complete -c orch -n '__orch_at "patch"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "patch apply"' -l from -r -F -d 'Or the patch itself'
complete -c orch -n '__orch_at "patch apply"' -l resume -d 'Finish a change that was interrupted'
complete -c orch -n '__orch_at "patch apply"' -l json -d 'Print one JSON value and nothing else'
complete -c orch -n '__orch_at "patch apply"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "route" 0 0' -f -a 'code_generate refactor tests docs deep_reasoning'
complete -c orch -n '__orch_at "route"' -s i -l input -r -f -d 'What to do'
complete -c orch -n '__orch_at "route"' -s f -l file -r -F -d 'Paths, globs, path:10-40; read locally'
complete -c orch -n '__orch_at "route"' -s l -l language -r -f -d 'Programming language (default: by file name)'
complete -c orch -n '__orch_at "route"' -l safety-critical -d 'Strongest models only, input never truncated'
complete -c orch -n '__orch_at "route"' -s m -l force-model -r -f -a 'codex mini chat full' -d 'Alias or model id; no fallback'
complete -c orch -n '__orch_at "route"' -l effort -r -f -a 'none minimal low medium high xhigh max' -d 'Reasoning effort'
complete -c orch -n '__orch_at "route"' -l max-cost -r -f -d 'Cost ceiling in USD; a call that could cost more is not sent'
complete -c orch -n '__orch_at "route"' -l timeout -r -f -d 'Timeout of the whole call in seconds (default 600)'
complete -c orch -n '__orch_at "route"' -l framework -r -f -d 'Test framework: jest, pytest, …'
complete -c orch -n '__orch_at "route"' -l return -r -f -a 'code patch text' -d 'Default: depends on the task'
complete -c orch -n '__orch_at "route"' -l explain -d 'Show the whole decision, not only the model'
complete -c orch -n '__orch_at "route"' -l json -d 'Print one JSON value and nothing else'
complete -c orch -n '__orch_at "route"' -l no-stdin -d 'Do not read standard input, even if it is a pipe'
complete -c orch -n '__orch_at "route"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "usage" 0 0' -a report -d 'Summarise cost, tokens and latency by model, task, day and more.'
complete -c orch -n '__orch_at "usage"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "usage report" 0 1000000' -F
complete -c orch -n '__orch_at "usage report"' -l by -r -f -a '(__orch_list model task day month language alias project rule error run)' -d 'Group by'
complete -c orch -n '__orch_at "usage report"' -l since -r -f -d '2026-11-01, 7d, today'
complete -c orch -n '__orch_at "usage report"' -l until -r -f -d 'Same formats; a day is included'
complete -c orch -n '__orch_at "usage report"' -l timezone -r -f -d 'Time zone of the days (default: TZ, else the system)'
complete -c orch -n '__orch_at "usage report"' -l format -r -f -a 'table json csv md html' -d 'Output format'
complete -c orch -n '__orch_at "usage report"' -s o -l output -r -F -d 'Write the report to this file instead of standard output'
complete -c orch -n '__orch_at "usage report"' -l force -d 'Replace the --output file even if it has changes that are not committed'
complete -c orch -n '__orch_at "usage report"' -l json -d 'Print one JSON value and nothing else'
complete -c orch -n '__orch_at "usage report"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "doctor"' -l verbose -d 'Show every setting with its origin, not only changed ones'
complete -c orch -n '__orch_at "doctor"' -l timeout -r -f -d 'Timeout of the provider check in seconds (default 10)'
complete -c orch -n '__orch_at "doctor"' -l json -d 'Print one JSON value and nothing else'
complete -c orch -n '__orch_at "doctor"' -l rehearse -d 'Use the built-in rehearsal server: no key needed, nothing spent'
complete -c orch -n '__orch_at "doctor"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "serve"' -l stdio -d 'Over standard input and output (required; the only transport)'
complete -c orch -n '__orch_at "serve"' -l tool-names -r -f -a 'dotted underscore' -d 'Form of the tool names; Cursor and Claude Desktop need underscore'
complete -c orch -n '__orch_at "serve"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "completion" 0 0' -f -a 'bash zsh fish'
complete -c orch -n '__orch_at "completion"' -s h -l help -d 'Print this help'
complete -c orch -n '__orch_at "help" 0 0' -f -a 'exit-codes environment configuration run diff tests docs patch route usage doctor serve completion'
complete -c orch -n '__orch_at "help"' -s h -l help -d 'Print this help'
