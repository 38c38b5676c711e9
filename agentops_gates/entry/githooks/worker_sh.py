"""Who is a worker, told in POSIX shell, for hooks that git runs so often that Python would cost too much.

``workers.role`` is the rule; this is its first look, without a process. What it says of the environment and the work
tree is exact. Of the processes above it reads four, in which the variable may stand in the text of another: there it
only says "perhaps", and Python decides.

``SHELL`` defines, for a hook as git starts it (in the top of the work tree; ``GIT_DIR`` set or not):

    worker_here        0 if this work tree or this environment is a worker's; ``worker_why`` tells how it is known
    worker_above       0 if a process above this one may have the variable
    worker_ref REF     0 if REF is one that a worker may not move: HEAD, branches, tags, the stash
    worker_stopped REF prints AG306 for REF on standard error

A ref does not move where its old value, as it stands now, is the new one: git gc and ``pack-refs`` do that, and an old
value of zeros on standard input means only that git did not look.
"""

from __future__ import annotations

SHELL = r"""
worker_of() {
  worker_file=
  [ ! -f "$1/agentops/role" ] || IFS= read -r worker_file <"$1/agentops/role" || :
  case $worker_file in
    [Ww][Oo][Rr][Kk][Ee][Rr])
      worker_why='this is the work tree of a worker (agentops/role in its git directory)'
      return 0 ;;
  esac
  [ -f "$1/config.worktree" ] || return 1
  worker_part=
  while read -r worker_key worker_sign worker_value; do
    case $worker_key in
      '[agentops]'*) worker_part=ours ;;
      '['*) worker_part= ;;
    esac
    case $worker_part$worker_key$worker_sign$worker_value in
      ours[Rr]ole=[Ww]orker | 'ours[agentops]role'*worker)
        worker_why='this is the work tree of a worker (agentops.role in its configuration)'
        return 0 ;;
    esac
  done <"$1/config.worktree"
  return 1
}

worker_tree() {
  worker_top=$1
  while :; do
    if [ -d "$worker_top/.git" ]; then
      worker_of "$worker_top/.git"
      return
    elif [ -f "$worker_top/.git" ]; then
      worker_link=
      IFS= read -r worker_link <"$worker_top/.git" || :
      worker_link=${worker_link#gitdir: }
      case $worker_link in /*) ;; *) worker_link=$worker_top/$worker_link ;; esac
      worker_of "$worker_link"
      return
    fi
    case $worker_top in */*) worker_top=${worker_top%/*} ;; *) return 1 ;; esac
  done
}

worker_here() {
  worker_why=
  case $AGENTOPS_ROLE in
    [Ww][Oo][Rr][Kk][Ee][Rr]) worker_why='AGENTOPS_ROLE is worker'; return 0 ;;
  esac
  case $AGENTOPS_SWARM_ROLE in
    [Ww][Oo][Rr][Kk][Ee][Rr]) worker_why='AGENTOPS_SWARM_ROLE says so'; return 0 ;;
  esac
  case $AGENTOPS_WORKER in '' | 0) ;; *) worker_why='AGENTOPS_WORKER says so'; return 0 ;; esac
  case $AGENTOPS_WORKER_SESSION in '' | 0) ;; *) worker_why='AGENTOPS_WORKER_SESSION says so'; return 0 ;; esac
  case $CLAUDE_AGENT_NAME in worker-*) worker_why='CLAUDE_AGENT_NAME says so'; return 0 ;; esac
  if [ -n "$GIT_DIR" ] && worker_of "$GIT_DIR"; then return 0; fi
  worker_tree "$PWD"
}

worker_above() {
  worker_pid=$PPID
  for worker_step in 1 2 3 4; do
    [ -r "/proc/$worker_pid/environ" ] && [ -r "/proc/$worker_pid/stat" ] || return 1
    while IFS= read -r worker_line || [ -n "$worker_line" ]; do
      case $worker_line in *AGENTOPS_ROLE=worker*) return 0 ;; esac
      worker_line=
    done <"/proc/$worker_pid/environ"
    IFS= read -r worker_line <"/proc/$worker_pid/stat" || return 1
    worker_line=${worker_line##*') '}
    worker_line=${worker_line#* }
    worker_pid=${worker_line%% *}
    case $worker_pid in '' | 0 | 1 | *[!0-9]*) return 1 ;; esac
  done
  return 1
}

worker_ref() {
  case $1 in
    HEAD | refs/heads/* | refs/tags/* | refs/stash) return 0 ;;
    *) return 1 ;;
  esac
}

worker_stopped() {
  printf '%s\n' "agentops-gate: AG306 a worker moves $1: $worker_why" \
    "  fix: leave the changes as files; the lead takes them: agentops-gate worker collect NAME" >&2
}
"""
