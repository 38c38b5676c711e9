# The first reader of a payload: sourced by the command that `agentops-gate init --runtime` registers, with the runtime,
# the event, an interpreter and this folder as arguments. Lets through, with nothing but read and case, a command that
# cannot become git by any decoding; whatever it is not sure of goes to Python. It
# exits, unless the interpreter is gone.

# Bytes are bytes: what no locale can read must not hide a letter. Not exported: Python has a locale of its own.
LC_ALL=C
nl='
'
# zsh does not take an unquoted variable apart, unless it is told to be a plain shell.
[ -z "$ZSH_VERSION" ] || emulate sh

refuse() {
  text="agentops-gates: this tool call is refused, as it could not be judged: $2. Tell the person you work for to run: agentops-gate doctor --probe"
  case $1 in
    claude/PreToolUse | codex/PreToolUse)
      printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"%s"}}\n' "$text" ;;
    gemini/BeforeTool | opencode/tool.execute.before) printf '{"decision":"deny","reason":"%s"}\n' "$text" ;;
    copilot/preToolUse | copilot/PreToolUse) printf '{"permissionDecision":"deny","permissionDecisionReason":"%s"}\n' "$text" ;;
    cursor/beforeShellExecution | cursor/preToolUse)
      printf '{"permission":"deny","user_message":"%s","agent_message":"%s"}\n' "$text" "$text" ;;
  esac || { printf '%s\n' "$text" >&2; exit 2; }
  exit 0
}

# Sets "line" to the command, without its quotes; fails where the payload is in any way unusual.
command_of() {
  case $1 in
    claude/PreToolUse | codex/PreToolUse) tool='"tool_name":"Bash"' before='"tool_input":{"command":"' ;;
    gemini/BeforeTool) tool='"tool_name":"run_shell_command"' before='"tool_input":{"command":"' ;;
    cursor/beforeShellExecution) tool='"hook_event_name":"beforeShellExecution"' before='"command":"' ;;
    opencode/tool.execute.before) tool='"tool":"bash"' before='"args":{"command":"' ;;
    *) return 1 ;;
  esac
  case $payload in
    *"$nl"?* | *'\\'* | *'\u'* | *'\b'* | *'\f'* | *'\n'* | *'\r'* | *'\t'* | *'\/'*) return 1 ;;
    *'"command"'*'"command"'* | *'"tool_name"'*'"tool_name"'* | *'"tool_input"'*'"tool_input"'*) return 1 ;;
    *'"hook_event_name"'*'"hook_event_name"'* | *'"tool"'*'"tool"'* | *'"args"'*'"args"'*) return 1 ;;
    '{'*"$before"*'"'*'}' | '{'*"$before"*'"'*"}$nl") ;;
    *) return 1 ;;
  esac
  case $payload in *"$tool"*) ;; *) return 1 ;; esac
  rest=${payload#*"$before"} line=
  while :; do
    part=${rest%%'"'*}
    case $part in
      *\\) line=$line${part%\\} rest=${rest#*'"'} ;;
      *) line=$line$part; break ;;
    esac
  done
  while :; do
    case $line in
      *"'"*) line=${line%%"'"*}${line#*"'"} ;;
      *) return 0 ;;
    esac
  done
}

# The rules are those of shell/quick.py, and stricter ones, as here nothing is looked at: a test holds them so.
harmless() {
  case $payload in *.[gG][iI][tT]*) return 1 ;; esac
  case $line in
    *'$'* | *'`'* | *'\'* | *'{'* | *'}'* | *'['* | *']'* | *'?'* | *'*'* | *'~'* | *[[:cntrl:]]* | *..* | *'<'*) return 1 ;;
    *[gG][iI][tT]* | *[hH][uU][bB]* | *[gG][hH]' '* | *[bB][fF][gG]* | *[hH][oO][oO][kK]*) return 1 ;;
    *[aA][gG][eE][nN][tT][oO][pP][sS]* | *[hH][uU][sS][kK][yY]* | *[pP][rR][eE][kK]*) return 1 ;;
    *[pP][rR][eE][-_][cC][oO][mM]* | *[oO][vV][eE][rR][cC]* | *[sS][iI][gG][nN][eE][rR]*) return 1 ;;
    *[rR][eE][vV][oO][kK][eE]* | *.[cC][lL][aA][uU][dD][eE]* | *.[cC][oO][dD][eE][xX]*) return 1 ;;
    *.[gG][eE][mM][iI][nN][iI]* | *.[cC][oO][pP][iI][lL][oO][tT]* | *[oO][pP][eE][nN][cC][oO][dD][eE]*) return 1 ;;
  esac
  set -f
  IFS=';&|()<>'
  for part in $line; do
    IFS=' '
    known "$part" || return 1
  done
}

# Tells whether the words of one command are nothing that runs, finds or decodes something else.
known() {
  first= last= script= free= module=
  for word in $1; do
    last=$word
    if [ -z "$first" ]; then
      case $word in
        NODE_ENV=* | CI=* | DEBUG=* | NO_COLOR=* | FORCE_COLOR=* | RUST_BACKTRACE=* | RUST_LOG=*) continue ;;
        # Whatever their arguments are, these run nothing.
        cd | ls | cat | head | tail | wc | mkdir | grep | egrep | fgrep | rg | stat | file | du | df | diff | cmp) free=y ;;
        test | touch | tree | echo | which | cut | uniq | basename | dirname | pwd | jq) free=y ;;
      esac
      first=$word
    fi
    case $free$word in
      y--pre*) return 1 ;;
      y*) continue ;;
    esac
    case $word in
      /dev/null | [A-Z]*.* | [a-z]*.[a-rt-z]* | [a-z]*.s[a-gi-z]*) ;;
      ./* | *sh | source | eval | exec | trap | alias | function | command | builtin | coproc) return 1 ;;
      env | su | sudo | doas | xargs | parallel | busybox | find | fd | trash | rimraf) return 1 ;;
      awk | [gmn]awk | base64 | xxd | printf | tr | rev | openssl | [!-]*=*) return 1 ;;
      # On some file systems a program has its name in capitals too.
      [A-Z]* | [a-z]*[A-Z]*) case $word in ??????????*) ;; *) return 1 ;; esac ;;
    esac
    case "$first $word" in
      *' '/dev/null) ;;
      *' '/* | '. '* | [!a-zA-Z0-9]*) return 1 ;;
      *' .')
        case $first in
          time | nice | nohup | timeout | stdbuf | if | then | else | elif | do | while | until | rm | mv | rmdir | cp) return 1 ;;
        esac ;;
      sed\ sed | sed\ -n) ;;
      sed\ *[!0-9,p]*) [ -n "$script" ] || return 1 ;;
      sed\ *) script=y ;;
      python*' -m') module=y ;;
      python*' '*)
        case $module$word in
          ypytest | ymypy | ypip | yvenv | yunittest | ycoverage | yruff | yblack | yisort | yflake8 | ybuild) free=y ;;
          y-* | - | -[!uqbBsSEIOWX-]* | -[!-]*[cimx]*) return 1 ;;
        esac ;;
      node*' '-[!-]* | node*' --'[eiprl]* | node*' -' | deno\ eval | bun\ -* | perl*' '-* | ruby*' '-* | php*' '-*) return 1 ;;
      lua*' '-* | tclsh\ * | osascript\ * | pypy*' '*) return 1 ;;
    esac
  done
  case $free$last in
    python* | node | nodejs | deno | bun | perl* | ruby* | php* | lua* | tclsh | osascript | sed) return 1 ;;
  esac
}

payload=
while IFS= read -r line || [ -n "$line" ]; do payload=$payload$line$nl; done

if command_of "$1/$2" && harmless; then
  [ "$1" != cursor ] || printf '{}\n'
  exit 0
fi
# What sourced this knows what to do without an interpreter.
[ -x "$3" ] && [ -r "$4/start.py" ] || return 0
printf '%s' "$payload" | "$3" -I -S "$4/start.py" "$1" "$2"
case $? in
  0) exit 0 ;;
  2) exit 2 ;;
  *) refuse "$1/$2" "the guard ended in the middle" ;;
esac
