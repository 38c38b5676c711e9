"""What must not become a command of git: words about it."""

import pytest
from shell.following import gits

MENTIONS = [
    "echo git reset --hard",
    "echo 'git reset --hard' > notes.txt",
    'echo "do not run $(echo git reset --hard)"',
    "printf '%s\\n' 'git push --force'",
    "# git reset --hard",
    "ls # git clean -fdx",
    "cat <<'E'\ngit reset --hard\nE",
    "cat <<E\ngit reset --hard\nE",
    "cat > docs.md <<'E'\ngit reset --hard $(git clean -fdx)\nE",
    "tee -a NOTES.md <<'E'\ngit push --force\nE",
    "grep -rn 'git reset --hard' .",
    "rg 'git (reset|clean)' src | head",
    "sed -n 's/git reset --hard/x/p' f",
    "awk '/git reset --hard/ {print $1}' f",
    "python3 -c 'print(\"git reset --hard\")'",
    "python3 - <<'E'\nprint('git push --force')\nE",
    "node -e 'console.log(\"git clean -fdx\")'",
    "perl -ne 'print if /git reset --hard/' f",
    "ruby -e 'puts \"git reset --hard\"'",
    "jq -n --arg m 'git reset --hard' '$m'",
    "curl -d 'git reset --hard' http://localhost",
    "x='git reset --hard'; echo \"$x\"",
    "alias nuke='git reset --hard'",
    "f() { git reset --hard; }",
    "bash -c 'echo git reset --hard'",
    "ssh host 'echo git reset --hard'",
    "gh pr create --body 'git reset --hard'",
    "test 'git reset --hard' = \"$x\"",
    '[ git = "$x" ] && [[ $y == git ]]',
    "case git in git) ;; esac",
    "for x in git reset; do echo $x; done",
    "ls git reset",
    "touch 'git reset --hard'",
    "mkdir git && cd git",
    "export MSG='git reset --hard'",
    "pip install git+https://localhost/x.git",
    "man git-reset",
    "which git",
    "command -v git >/dev/null",
    "type git",
    "tee docs/git.md <<< 'git reset --hard'",
    "find . -name 'git reset --hard'",
    "xargs echo git reset --hard",
    "echo git reset --hard | cat",
    "echo git reset --hard | grep git",
    "sh -c 'printf \"git reset --hard\"'",
    "cat > x.py <<'E'\nimport subprocess\nsubprocess.run(['git', 'reset', '--hard'])\nE",
    "cat > x.sh <<'E'\ngit reset --hard\nE\nchmod +x x.sh",
    "npm run build && echo 'then git push --force'",
    "make test 2>&1 | tee git.log",
    "docker run --rm -it image ls git",
    ": git reset --hard",
    "true 'git reset --hard'",
    "echo $'git\\nreset --hard'",
    "echo {git,reset,--hard}",
    "(( git + 1 ))",
    "echo $((git))",
    "read -r git <<< 'git reset --hard'",
    "python3 -c 'import subprocess; print(\"git reset --hard\")'",
    'python3 -c \'import subprocess; subprocess.run(["ls"]); print("use git reset --hard")\'',
]


@pytest.mark.parametrize("text", MENTIONS)
def test_a_mention_is_no_command(text):
    assert gits(text) == []


MESSAGES = {
    "git commit -m 'git reset --hard'": "git commit -m git reset --hard",
    'git commit -m "do not $(echo git reset --hard)"': "git commit -m do not git reset --hard",
    "git commit -m \"$(cat <<'E'\ngit push --force (never)\nE\n)\"": "git commit -m git push --force (never)",
    "git commit -F - <<'E'\ngit reset --hard\nE": "git commit -F -",
    "git log --grep 'git reset --hard'": "git log --grep git reset --hard",
    "git log -S'git push --force'": "git log -Sgit push --force",
    "git add docs/*.md": "git add docs/?.md",
    "git add *": "git add *",
    "git add .": "git add .",
}


@pytest.mark.parametrize(("text", "expected"), MESSAGES.items())
def test_a_message_stays_in_its_command(text, expected):
    assert gits(text) == [expected]
