#!/bin/sh
# Sets up .venv, then lets the gate judge real commits: this project's own, and one that it must stop.
cd "$(dirname "$0")/.."
. .ci/setup
bin=$(cd "$bin" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CI GITHUB_ACTIONS GITLAB_CI BUILDKITE CIRCLECI JENKINS_URL TF_BUILD BITBUCKET_BUILD_NUMBER

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}
PATH=$bin:$PATH

echo 'The last commits of this repository, one by one: what would have been stopped?'
show agentops-gate complexity replay --last 10

printf '\nA clone of this repository, with the gate as a native git hook:\n'
git clone --quiet . "$work/clone"
cd "$work/clone"
git config user.name 'Demo Agent'
git config user.email agent@example.org
show agentops-gate install

printf '\nAn agent adds six cases to a function that has a few already ...\n'
python3 - <<'EOF'
path = "agentops_gates/model/text.py"
source = open(path).read()
cases = "".join(f'    if "{n}" in text and text.startswith("{n}"):\n        text = text[1:]\n' for n in range(6))
head, mark, tail = source.partition("    if isinstance(text, bytes):\n")
open(path, "w").write(head + cases + mark + tail)
EOF
git add --update
printf '\n$ git commit -m "Handle more cases"\n'
if git commit --quiet -m 'Handle more cases'; then
    echo 'The commit went through: that is a bug, please report it.' >&2
    exit 1
fi
printf '\n... and the commit was stopped. HEAD is still: %s\n' "$(git log -1 --format=%s)"
