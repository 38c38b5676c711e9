"""What must become a command of git, whoever runs it and however it is spelled."""

import pytest
from shell.following import HARD, gits

SPELLINGS = r"""
git reset --hard
  git   reset	--hard ;
\git reset --hard
g\it reset --hard
'git' reset --hard
g''it "reset" --ha'rd'
"git" reset --hard
$'\x67it' reset --hard
$'git' $'reset' $'--hard'
$(echo git) reset --hard
`echo git` reset --hard
$(printf git) reset --hard
$(printf '%s' git) reset --hard
$(printf '\x67it') reset --hard
$(command -v git) reset --hard
$(which git) reset --hard
"$(which git)" reset --hard
$(type -P git) reset --hard
git $(echo reset --hard)
git reset $(echo --hard)
git reset --$(echo hard)
g=git; $g reset --hard
c='git reset --hard'; $c
c='reset'; git "$c" --hard
c=re; c+=set; git $c --hard
a=(git reset --hard); "${a[@]}"
a=(reset --hard); git ${a[*]}
a=(git); a+=(reset --hard); "${a[@]}"
a[0]=git; a[1]=reset; ${a[0]} ${a[1]} --hard
git ${x:-reset} --hard
git ${x-reset} --hard
git ${x:=reset} --hard
x=1; git ${x:+reset} --hard
x=xreset; git ${x#x} --hard
x=a/reset; git ${x##*/} --hard
x=reset.y; git ${x%.*} --hard
x=status; git ${x/status/reset} --hard
x=RESET; git ${x,,} --hard
x=xxreset; git ${x:2} --hard
x=xxresetyy; git ${x:2:5} --hard
x=reset; y=x; git ${!y} --hard
git {reset,--hard}
{git,reset,--hard}
git {reset,} --hard
git re\
set --hard
FOO=1 git reset --hard
>out git reset --hard
git reset >out --hard
if true; then git reset --hard; fi
if git reset --hard; then :; fi
if a; then b; else git reset --hard; fi
while true; do git reset --hard; break; done
until git reset --hard; do :; done
for i in 1; do git reset --hard; done
for c in 'reset --hard'; do git $c; done
for ((;;)); do git reset --hard; done
case x in x) git reset --hard;; esac
{ git reset --hard; }
( git reset --hard )
((git reset --hard))
(( 1 )) && git reset --hard
[[ a || git reset --hard ]]
! git reset --hard
!(git reset --hard)
time git reset --hard
time -p git reset --hard
true && git reset --hard
false || git reset --hard
git reset --hard &
true; git reset --hard
echo x | git reset --hard
git reset --hard | cat
coproc git reset --hard
coproc X { git reset --hard; }
f() { git reset --hard; }; f
function f { git reset --hard; }
f() { git "$@"; }; f reset --hard
f() { "$@"; }; f git reset --hard
f() { git reset "$1"; }; f --hard
f() { local c=reset; git $c --hard; }; f
f() { shift; git "$@"; }; f x reset --hard
set -- reset --hard; git "$@"
set -- x reset --hard; shift; git "$@"
alias nuke='git reset --hard'; nuke
alias g=git; g reset --hard
echo $(git reset --hard)
echo "`git reset --hard`"
x=$(git reset --hard)
cat <(git reset --hard)
echo x > >(git reset --hard)
echo ${x:-$(git reset --hard)}
echo $(( $(git reset --hard) ))
a[$(git reset --hard)]=1
echo ${a[$(git reset --hard)]}
cat <<< $(git reset --hard)
eval git reset --hard
eval "git reset --hard"
eval 'c=reset'; git $c --hard
eval "$(echo git reset --hard)"
trap 'git reset --hard' EXIT
exec git reset --hard
command git reset --hard
command -p git reset --hard
builtin command git reset --hard
env git reset --hard
env -i git reset --hard
env A=1 B=2 git reset --hard
env -u A git reset --hard
env -S 'git reset --hard'
env -S'git reset' --hard
env --split-string='git reset --hard'
sudo git reset --hard
sudo -u root git reset --hard
sudo -E A=1 git reset --hard
sudo --user=root -- git reset --hard
sudo -n -u root env A=1 nice -n 5 git reset --hard
doas -u root git reset --hard
su -c 'git reset --hard'
su - root -c 'git reset --hard'
nohup git reset --hard
timeout 5 git reset --hard
timeout -k 1 -s KILL 5s git reset --hard
timeout --preserve-status 5 git reset --hard
nice git reset --hard
nice -n 10 git reset --hard
nice -10 git reset --hard
ionice -c 3 git reset --hard
stdbuf -oL git reset --hard
stdbuf -o L git reset --hard
setsid git reset --hard
setsid -w git reset --hard
script -c 'git reset --hard' /dev/null
script -qc 'git reset --hard'
script -q /dev/null git reset --hard
watch git reset --hard
watch -n 1 'git reset --hard'
flock f git reset --hard
flock f -c 'git reset --hard'
flock -n f git reset --hard
busybox sh -c 'git reset --hard'
strace -f -o x git reset --hard
chroot / git reset --hard
npx -c 'git reset --hard'
uv run git reset --hard
uv run --with x git reset --hard
poetry run git reset --hard
bundle exec git reset --hard
npm exec -- git reset --hard
sh -c 'git reset --hard'
bash -c "git reset --hard"
bash -lc 'git reset --hard'
bash -xec 'git reset --hard'
bash -c -x 'git reset --hard'
bash -o pipefail -c 'git reset --hard'
bash --norc -c 'git reset --hard'
/bin/bash -c 'git reset --hard'
bash -c 'git "$@"' _ reset --hard
bash -c 'git $0 $1' reset --hard
bash -c '"$@"' _ git reset --hard
bash -c "bash -c 'git reset --hard'"
bash -c 'bash -c "bash -c \"git reset --hard\""'
zsh -c 'git reset --hard'
dash -c 'git reset --hard'
X=reset bash -c 'git $X --hard'
export X=reset; bash -c 'git $X --hard'
bash <<< 'git reset --hard'
bash -s <<< 'git reset --hard'
echo git reset --hard | sh
echo 'git reset --hard' | bash -s
printf 'git %s --hard\n' reset | sh
printf '%s ' git reset --hard | sh
cat <<< 'git reset --hard' | sh
echo git reset --hard | sudo sh
echo git reset --hard | tee x | sh
echo git reset --hard | cat - | sh
echo Z2l0IHJlc2V0IC0taGFyZAo= | base64 -d | sh
echo 'drah-- teser tig' | rev | sh
echo tvg erfrg --uneq | tr a-z n-za-m | sh
echo 67697420726573657420 2d2d68617264 | xxd -r -p | sh
bash <(echo git reset --hard)
source <(echo git reset --hard)
. <(echo git reset --hard)
. /dev/stdin <<< 'git reset --hard'
echo git reset --hard > x.sh; bash x.sh
echo git reset --hard > x.sh; . ./x.sh
echo git reset --hard > x.sh; chmod +x x.sh; ./x.sh
echo git reset --hard | tee x.sh; sh x.sh
echo git > x.sh; echo git reset --hard >> x.sh; sh x.sh
echo 'git "$@"' > x.sh; bash x.sh reset --hard
cd sub && echo git reset --hard > x && sh x
echo git reset --hard > /tmp/x; cd /; sh /tmp/x
mkfifo p; tee >(sh) <<< 'git reset --hard'
echo git reset --hard > >(sh)
echo reset | xargs -I{} git {} --hard
echo --hard | xargs git reset
echo reset --hard | xargs git
echo 'git reset --hard' | xargs -I{} sh -c '{}'
find . -maxdepth 0 -exec git reset --hard \;
find . -maxdepth 0 -exec sh -c 'git reset --hard' \;
find . -execdir git reset --hard ';'
ssh host git reset --hard
ssh -p 22 host 'git reset --hard'
ssh -o A=b user@host "cd x && git reset --hard"
docker exec c git reset --hard
docker exec -it -u root -w /x c sh -c 'git reset --hard'
docker run --rm -v a:b image git reset --hard
docker compose exec svc git reset --hard
kubectl exec pod -- git reset --hard
kubectl exec -n ns pod -c x -- git reset --hard
echo git reset --hard | at now
tmux new -d 'git reset --hard'
tmux send-keys 'git reset --hard' Enter
parallel git reset ::: --hard
python3 -c 'import os; os.system("git reset --hard")'
python -c "import subprocess; subprocess.run(['git', 'reset', '--hard'])"
python -c "import subprocess as s; s.run('git reset --hard', shell=True)"
python -c "import subprocess; subprocess.run('git reset --hard'.split())"
python -c "from subprocess import *; check_call(('git','reset','--hard'))"
python -c "c='git reset'; import os; os.system(c + ' --hard')"
python -c "c=['git','reset']; import subprocess; subprocess.run(c+['--hard'])"
python -c "import os; os.execvp('git', ['git', 'reset', '--hard'])"
python -c "import os; os.execlp('git', 'git', 'reset', '--hard')"
python -c "exec('import os; os.system(\"git reset --hard\")')"
perl -e 'system("git reset --hard")'
perl -e 'system("git", "reset", "--hard")'
perl -e 'system qw(git reset --hard)'
perl -e '`git reset --hard`'
perl -e 'exec "git reset --hard"'
perl -e 'qx{git reset --hard}'
perl -we 'system q(git reset --hard)'
ruby -e 'system("git reset --hard")'
ruby -e '`git reset --hard`'
ruby -e 'exec "git", "reset", "--hard"'
ruby -e '%x(git reset --hard)'
node -e 'require("child_process").execSync("git reset --hard")'
node -e "require('child_process').spawnSync('git', ['reset', '--hard'])"
node -e 'const x = 1; require("child_process").execFileSync("git", ["reset", "--hard"])'
node -p 'require("child_process").execSync(`git reset --hard`)'
php -r 'system("git reset --hard");'
awk 'BEGIN { system("git reset --hard") }'
awk 'BEGIN { "git reset --hard" | getline }'
awk -v x=1 'BEGIN { print "x" | "git reset --hard" }'
lua -e 'os.execute("git reset --hard")'
deno eval 'new Deno.Command("git", {args: ["reset", "--hard"]}).output()'
osascript -e 'do shell script "git reset --hard"'
python3 <<< 'import os; os.system("git reset --hard")'
echo 'import os; os.system("git reset --hard")' | python3 -
echo 'import os; os.system("git reset --hard")' > x.py; python3 x.py
""".strip("\n").replace("re\\\nset", "re\0set").split("\n")  # fmt: skip


@pytest.mark.parametrize("text", [text.replace("\0", "\\\n") for text in SPELLINGS])
def test_a_spelling_is_the_command(text):
    found = gits(text)
    assert HARD in [one.replace("/usr/bin/", "") for one in found], found


TEXTS = {
    "here-document to sh": "sh <<'E'\ngit reset --hard\nE",
    "here-document to bash -s": "bash -s <<E\ngit reset --hard\nE",
    "here-document through cat": "cat <<E | bash\ngit reset --hard\nE",
    "here-document to sudo sh": "sudo sh <<E\ngit reset --hard\nE",
    "here-document to ssh": "ssh host <<E\ngit reset --hard\nE",
    "here-document to su": "su - me <<E\ngit reset --hard\nE",
    "here-document with a substitution": "cat <<E\n$(git reset --hard)\nE",
    "here-document with a constant": "c=reset\nsh <<E\ngit $c --hard\nE",
    "script written and run": "cat > x.sh <<'E'\n#!/bin/bash\nset -e\ngit reset --hard\nE\nchmod +x x.sh\n./x.sh",
    "script written and sourced": "cat <<'E' > x\ngit reset --hard\nE\nsource x",
    "python script written and run": "cat > x.py <<'E'\nimport os\nos.system('git reset --hard')\nE\npython x.py",
    "python here-document": "python3 - <<'E'\nimport subprocess\nsubprocess.check_call(['git', 'reset', '--hard'])\nE",
    "python script made executable": (
        "cat > x <<'E'\n#!/usr/bin/env python3\nimport os\nos.system('git reset --hard')\nE\n./x"
    ),
    "constant from a here-document": "x=$(cat <<'E'\nreset\nE\n)\ngit $x --hard",
    "read": "read c <<< reset; git $c --hard",
    "read of two": "read a b <<< 'reset --hard'; git $a $b",
    "read in a loop": "echo reset | while read c; do git $c --hard; done",
    "read from a pipe": "echo reset | { read c; git $c --hard; }",
    "printf -v": "printf -v c '%s' reset; git $c --hard",
    "mapfile": "mapfile -t a <<< $'reset\\n--hard'; git \"${a[@]}\"",
    "branches join": "c=status; if x; then c=reset; fi; git $c --hard",
    "or joins": "c=status; x || c=reset; git $c --hard",
    "and joins": "c=reset; x && c=status; git $c --hard",
    "loop joins": "c=status; while x; do git $c --hard; c=reset; done",
    "case joins": "case $x in a) c=status;; b) c=reset;; esac; git $c --hard",
    "function sets": "f() { c=reset; }; f; git $c --hard",
    "background sets nothing but runs": "c=reset & git reset --hard",
    "unset and default": "x=status; unset x; git ${x:-reset} --hard",
    "split by IFS": "IFS=,; c=reset,--hard; git $c",
    "export -f": "f() { git reset --hard; }; export -f f; f",
    "exported alias": "shopt -s expand_aliases\nalias g='git reset'\ng --hard",
    "BASH_ENV": "echo git reset --hard > e; BASH_ENV=e bash -c :",
    "crlf": "cd x\r\ngit reset --hard\r\n",
    "comment then command": "# it's\ngit reset --hard",
    "quotes in a comment of a substitution": "x=$(# it's\ngit reset --hard)",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_runs_the_command(text):
    assert HARD in gits(text)
