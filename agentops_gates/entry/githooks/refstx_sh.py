"""reference-transaction in POSIX shell: git calls it for every ref that moves, sixty times in a rebase.

It leaves at once in every state but ``prepared``, and looks at branches, tags, the stash and ``refs/agentops`` only.
What plainly takes nothing away passes here: a ref that is made, a branch that goes forward, one that stays, and git's
housekeeping, where the parent is ``git pack-refs`` *and* packed-refs holds the same id. The rest is Python's to judge,
by policy.

The parent's words (``/proc``; ``ps`` where there is none) are asked for two things more: whether a stash is popped, and
whether ``git commit`` makes the commit, which then has to be proven (see ``proof``). The commits that git's sequencer
makes itself with ``commit -n`` are told by the parent of that process.
"""

from __future__ import annotations

from .proof import KEY, PROOF
from .worker_sh import SHELL as WORKER

#: The third argument of ``agentops-gate hook reference-transaction prepared`` for a commit that nothing proves.
UNPROVEN = "unproven"

# Before anything else is read. What stood here before wants to see every state.
EARLY = '[ "$1" = prepared ] || [ -n "$chained" ] || exit 0\n'

SHELL = rf"""{WORKER}
nl='
'

called() {{
  words= verb= joined= state=program
  if [ -r "/proc/$1/cmdline" ]; then
    while IFS= read -r part || [ -n "$part" ]; do joined=$joined$part; done <"/proc/$1/cmdline"
    # The shell drops what stands between the words: good enough to see that no more is to be asked.
    case $joined in *$2*) ;; *) return 1 ;; esac
    joined=$(command -p tr '\0\n' '\n ' <"/proc/$1/cmdline") || return 1
  else
    joined=$(command -p ps -o args= -p "$1" 2>/dev/null) || return 1
    joined=$(printf '%s\n' "$joined" | command -p tr ' ' '\n')
  fi
  # Line by line: the shell's own splitting would lose an empty word, and with it whose value the next one is.
  while IFS= read -r part; do
    case $state in
      program)
        state=options
        case ${{part##*/}} in git-*) verb=${{part##*/git-}} state=rest ;; esac ;;
      value) state=options ;;
      options)
        case $part in
          -C | -c | --git-dir | --work-tree | --namespace | --super-prefix | --config-env | --attr-source)
            state=value ;;
          -*) ;;
          *) verb=$part state=rest ;;
        esac ;;
      rest) words=$words$part$nl ;;
    esac
  done <<END
$joined
END
}}

# What the sequencer says to the commit that it starts, and nothing else.
sequenced() {{
  set -f
  IFS=$nl
  set -- $words
  unset IFS
  set +f
  [ "$1" = -n ] || return 1
  while [ "$#" -gt 0 ]; do
    case $1 in
      -F | -C) shift ;;
      -n | -e | -q | -S* | --amend | --no-gpg-sign | --cleanup=* | --allow-empty | --allow-empty-message) ;;
      *) return 1 ;;
    esac
    [ "$#" -eq 0 ] || shift
  done
  [ -r "/proc/$PPID/stat" ] && IFS= read -r part <"/proc/$PPID/stat" || return 1
  part=${{part##*') '}}
  part=${{part#* }}
  above=${{part%% *}}
  # Any program can be given any words, but none can be another program.
  [ "/proc/$above/exe" -ef "$AGENTOPS_GIT" ] || [ "/proc/$above/exe" -ef "/proc/$PPID/exe" ] || return 1
  called "$above" re || called "$above" cherry || return 1
  case $verb in rebase | cherry-pick | revert) ;; *) return 1 ;; esac
}}

# Replaced objects, grafts and a forged commit-graph would make any commit a descendant.
ask_git() {{
  GIT_GRAFT_FILE=/nonexistent/grafts "$AGENTOPS_GIT" --no-replace-objects -c core.commitGraph=false "$@" 2>/dev/null
}}

# Without a process where the layout is the usual one: git tells neither folder to this hook.
places() {{
  private=${{GIT_DIR:-.git}}
  [ -d "$private" ] || private=$(ask_git rev-parse --git-dir) || return 1
  common=$private
  if [ -n "$GIT_COMMON_DIR" ]; then
    common=$GIT_COMMON_DIR
  elif [ -r "$private/commondir" ]; then
    IFS= read -r common <"$private/commondir"
    case $common in /*) ;; *) common=$private/$common ;; esac
  fi
}}

proven() {{
  places && tree=$(ask_git rev-parse --verify --quiet "$made^{{tree}}") || return 1
  key= proof=
  [ -r "$common/{KEY}" ] || blocked "there is no $common/{KEY} any more" "$install --strict"
  IFS= read -r key <"$common/{KEY}"
  [ -r "$private/{PROOF}" ] && IFS= read -r proof <"$private/{PROOF}"
  [ -n "$key" ] && [ -n "$proof" ] || return 1
  [ "$proof" = "$(printf '%s\n' "$key" "commit $tree $from" "$key" | ask_git hash-object --stdin)" ] || return 1
  # It is good once: taken back and made again, the commit may have another message.
  : >"$private/{PROOF}"
}}

committed() {{
  [ -n "$made" ] && called "$PPID" commit && [ "$verb" = commit ] || return 0
  able
  proven || sequenced || gates prepared {UNPROVEN} </dev/null
}}

packed() {{
  case $new in *[!0]*) return 1 ;; esac
  called "$PPID" pack-refs && [ "$verb" = pack-refs ] && places && [ -r "$common/packed-refs" ] || return 1
  command -p grep -qxF "$old $ref" "$common/packed-refs"
}}

popped() {{
  called "$PPID" stash && [ "$verb" = stash ] || return 1
  case $words in pop"$nl"* | branch"$nl"*) ;; *) return 1 ;; esac
}}

# Whether the line takes nothing away.
plain() {{
  case $new in
    *[!0]*) ;;
    *)
      [ "$ref" = refs/stash ] && popped
      return ;;
  esac
  case $old$new in *ref:*) return 1 ;; esac
  case $ref in refs/stash) return 0 ;; esac
  case $old in
    *[!0]*) ;;
    *) old=$(ask_git rev-parse --verify --quiet "$ref") || return 0 ;;
  esac
  [ "$old" != "$new" ] || return 0
  case $ref in
    refs/heads/*) ask_git merge-base --is-ancestor "$old" "$new" ;;
    *) return 1 ;;
  esac
}}

look() {{
  old=${{line%% *}} ref=${{line##* }}
  new=${{line#* }} new=${{new%% *}}
  case $ref in
    HEAD | refs/heads/* | refs/tags/* | refs/stash | refs/agentops/* | refs/agentops-rescue-*) ;;
    *) return ;;
  esac
  case $new in
    "$old") case $new in *[!0]*) return ;; esac ;;
    ref:*) ;;
    *[!0]*)
      case $ref in
        HEAD) made=$new from=$old ;;
        refs/heads/*) [ -n "$made" ] || made=$new from=$old ;;
      esac ;;
  esac
  picked=$picked$line$nl count=x$count
}}

# Its own look at the processes above, as worker_above, which reads byte by byte.
above() {{
  set --
  pid=$PPID
  while [ "$#" -lt 8 ]; do
    [ -r "/proc/$pid/environ" ] && IFS= read -r part <"/proc/$pid/stat" || break
    set -- "$@" "/proc/$pid/environ"
    part=${{part##*') '}}
    part=${{part#* }}
    pid=${{part%% *}}
    case $pid in '' | 0 | 1 | *[!0-9]*) break ;; esac
  done
  [ "$#" -gt 0 ] && command -p grep -qsF AGENTOPS_ROLE=worker "$@"
}}

doubtful() {{
  left= moves= doubt=
  IFS=$nl
  set -f
  set -- $picked
  set +f
  unset IFS
  for line in "$@"; do
    old=${{line%% *}} ref=${{line##* }}
    new=${{line#* }} new=${{new%% *}}
    ! packed || continue
    left=$left$line$nl
    [ "$ref" != HEAD ] || continue
    moves=yes
    plain || doubt=yes
  done
  [ -n "$left" ] || return 1
  # HEAD alone, as in every step of a rebase, is not worth a process.
  [ -n "$doubt" ] || worker_here || {{ [ -n "$moves" ] && above; }}
}}

main() {{
  refs= picked= count= made= from=
  while IFS= read -r line || [ -n "$line" ]; do
    [ ! -x "$before" ] || refs=$refs$line$nl
    [ "$1" != prepared ] || look
    # A transaction of very many refs is not read twice.
    [ -x "$before" ] || [ "$count" != {"x" * 9} ] || break
  done
  case $count in
    '') ;;
    {"x" * 9}*)
      able
      {{ printf '%s' "$picked"; command -p cat; }} 2>/dev/null | gates prepared || exit ;;
    *)
      committed
      if doubtful; then
        able
        printf '%s' "$left" 2>/dev/null | gates prepared || exit
      fi ;;
  esac
  if [ -x "$before" ]; then
    printf '%s' "$refs" 2>/dev/null | earlier "$@" || exit
  else
    earlier "$@"
  fi
}}
"""
