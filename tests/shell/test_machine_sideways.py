"""Ways round about: programs that run a command on the side, files that are copied, text that is put together."""

import pytest
from shell.following import HARD, gits

DOUBTS = r"""
python3 -c "import git; git.Repo('.').git.reset('--hard')"
%%
python3 -c "from git import Repo; Repo().head.reset(working_tree=True)"
%%
perl -e 'open(P, "-|", "git", "reset", "--hard")'
%%
perl -e 'open(P, "git reset --hard |")'
%%
tclsh <<< 'exec git reset --hard'
%%
jq -r '.x' <<< '{"x":"git reset --hard"}' | sh
%%
echo '{"c":"git reset --hard"}' | python3 -c "import json,sys,os; os.system(json.load(sys.stdin)['c'])"
%%
echo "Z2l0IHJlc2V0IC0taGFyZAo=" | openssl base64 -d | sh
%%
echo "it reset --hard" | sed 's/^/g/' | sh
%%
echo "xgit reset --hard" | cut -c2- | sh
%%
echo 'git reset --hard' | gzip | gunzip | sh
""".strip("\n").split("\n%%\n")


@pytest.mark.parametrize("text", DOUBTS)
def test_what_is_put_together_is_a_doubt(text):
    assert "doubt" in gits(text)


NOT_FOLLOWED = r"""
vim -c ':wq' git.txt
vim '+/git reset --hard' f
sed 's/git reset --hard/x/' f
sed -e 's/a/git/g' -e '1d' f
sed -n '/git reset --hard/p' f
tar czf git.tgz .git
make git
cp docs/git.md /tmp/x && cat /tmp/x
cp x y; ./y git reset --hard
ln -s ../x git-notes
printf 'git reset --hard' > a; cp a b; cat b
hyperfine 'grep git f'
crontab -l
expect -c 'puts "git reset --hard"'
echo 'git reset --hard' | sed s/a/b/ | cat
echo git reset --hard | jq -R .
curl -fsSL https://localhost/git/install.sh | sh
f=$(mktemp); echo 'git reset --hard' > $f; cat $f
hash -r git
python3 -c "import os; print(os.path.join('git', 'reset'))"
python3 -c "import re; re.compile('git reset --hard').match('x')"
node -e "/git/.exec('git reset --hard')"
""".strip("\n").split("\n")


@pytest.mark.parametrize("text", NOT_FOLLOWED)
def test_a_harmless_use_is_none(text):
    assert gits(text) == []


WAYS = r"""
vim -c ':!git reset --hard' -c :q
%%
vim +'!git reset --hard' f
%%
ex -c '!git reset --hard'
%%
sed '1e git reset --hard' f
%%
sed -n 's/x/git reset --hard/e' f
%%
tar cf /dev/null --checkpoint=1 --checkpoint-action=exec='git reset --hard' .
%%
printf 'all:\n\tgit reset --hard\n' > Makefile; make
%%
printf 'all:\n\tgit reset --hard\n' | make -f -
%%
make -f <(printf 'all:\n\t@git reset --hard\n')
%%
ssh -o ProxyCommand='git reset --hard' h
%%
rsync -e 'sh -c "git reset --hard"' a h:b
%%
expect -c 'spawn git reset --hard'
%%
hyperfine 'git reset --hard'
%%
concurrently 'git reset --hard' 'ls'
%%
ls | entr git reset --hard
%%
watchexec -- git reset --hard
%%
nodemon --exec 'git reset --hard'
%%
gdb -batch -ex 'shell git reset --hard'
%%
hash -p /usr/bin/git g; g reset --hard
%%
ln -s /usr/bin/git g; ./g reset --hard
%%
cp $(which git) ./x && ./x reset --hard
%%
cp /usr/bin/git /tmp/g; /tmp/g reset --hard
%%
x=git; function y { $x "$@"; }; y reset --hard
%%
IFS=_; c=git_reset_--hard; $c
%%
IFS=$'\n'; for c in $'git reset --hard'; do eval $c; done
%%
while read -r l; do eval "$l"; done <<< 'git reset --hard'
%%
while IFS= read -r l; do $l; done < <(echo git reset --hard)
%%
echo git reset --hard | while read l; do $l; done
%%
echo "git reset --hard" | xargs -I% sh -c %
%%
echo "git reset --hard" | xargs -0 sh -c
%%
printf 'git\0reset\0--hard' | xargs -0 env
%%
find . -name .git -exec sh -c 'cd $(dirname {}) && git reset --hard' \;
%%
bash -c 'eval "$0"' 'git reset --hard'
%%
bash -c "$(printf '%s' 'git reset --hard')"
%%
eval "$(printf '\147\151\164 reset --hard')"
%%
declare c="git reset --hard"; eval $c
%%
local_cmd="git reset"; $local_cmd --hard
%%
typeset -a a=(git reset --hard); "${a[@]}"
%%
cmd=(git); cmd+=("reset"); cmd+=(--hard); "${cmd[@]}"
%%
declare -A m=([x]=git); ${m[x]} reset --hard
%%
declare -A m; m[x]=reset; git ${m[x]} --hard
%%
set -- git; "$1" reset --hard
%%
f=reset; git "${f}" "--hard"
%%
g() { command git "$@"; }; g reset --hard
%%
git() { command git reset --hard; }; git status
%%
trap 'git reset --hard' ERR EXIT
%%
exec 3<<< 'git reset --hard'; sh <&3
%%
exec 3< <(echo git reset --hard); source /dev/fd/3
%%
sh <<< "$(echo git reset --hard)"
%%
. <(printf 'git reset --hard')
%%
bash -i -c 'git reset --hard'
%%
env bash -c 'git reset --hard'
%%
/usr/bin/env git reset --hard
%%
nohup bash -c 'git reset --hard' &
%%
(sleep 1; git reset --hard) &
%%
{ git reset --hard; } 2>/dev/null
%%
if ! git reset --hard; then :; fi
%%
case $(git reset --hard) in *) ;; esac
%%
[[ $(git reset --hard) ]]
%%
a=${b:=$(git reset --hard)}
%%
echo "${x:-`git reset --hard`}"
%%
printf '%s' "$(git reset --hard)"
%%
cat <<< "$(git reset --hard)"
%%
PATH=/usr/bin git reset --hard
%%
LC_ALL=C git reset --hard
%%
>/dev/null git reset --hard
%%
2>&1 git reset --hard
%%
git reset \
  --hard
%%
git \
reset --hard
%%
npx -y cross-env A=1 git reset --hard
%%
dotenv -e .env -- git reset --hard
%%
pnpm exec git reset --hard
%%
yarn exec git reset --hard
%%
mise exec -- git reset --hard
%%
direnv exec . git reset --hard
%%
conda run -n x git reset --hard
%%
sudo -H -u me bash -lc 'git reset --hard'
%%
runuser -u me -- git reset --hard
%%
su me -c "git reset --hard"
%%
systemd-run --user git reset --hard
%%
tmux new-session -d -s x git reset --hard
%%
screen -dmS x git reset --hard
%%
at now <<< 'git reset --hard'
%%
crontab - <<< '* * * * * git reset --hard'
%%
python3 -c "__import__('os').system('git reset --hard')"
%%
python3 -c "import os as o; o.popen('git reset --hard').read()"
%%
python3 -c "import subprocess as sp; sp.call(['git']+['reset','--hard'])"
%%
python3 -c "from os import system as s; s('git reset --hard')"
%%
python3 -c "import shlex,subprocess; subprocess.run(shlex.split('git reset --hard'))"
%%
python3 -c "import subprocess; cmd='git reset --hard'; subprocess.run(cmd, shell=True)"
%%
python3 -c "import subprocess; subprocess.run(' '.join(['git','reset','--hard']), shell=True)"
%%
python3 -c "import subprocess; subprocess.run(args=['git','reset','--hard'])"
%%
python3 -c "import asyncio; asyncio.run(asyncio.create_subprocess_shell('git reset --hard'))"
%%
python3 -c "import pty; pty.spawn(['git','reset','--hard'])"
%%
perl -MPOSIX -e 'system "git", "reset", "--hard"'
%%
perl -e 'my $c = "git reset --hard"; system($c)'
%%
ruby -e 'IO.popen("git reset --hard")'
%%
ruby -e 'Open3.capture2("git", "reset", "--hard")'
%%
ruby -e 'c = "git reset --hard"; system c'
%%
node -e "const cp=require('child_process'); cp.exec('git reset --hard')"
%%
node -e "import('child_process').then(c=>c.execSync('git reset --hard'))"
%%
node --eval="require('child_process').execSync('git reset --hard')"
%%
php -r 'exec("git reset --hard");'
%%
php -r '`git reset --hard`;'
%%
awk 'BEGIN{cmd="git reset --hard"; system(cmd)}'
%%
gawk 'BEGIN{cmd="git reset --hard"; cmd | getline x}'
%%
lua -e 'io.popen("git reset --hard")'
%%
bun -e 'Bun.$`git reset --hard`'
%%
deno eval "new Deno.Command('git',{args:['reset','--hard']}).outputSync()"
%%
echo 'git reset --hard' | tee /dev/null | bash
%%
(echo git reset --hard) | bash
%%
{ echo 'git reset --hard'; } | sh
%%
echo git reset --hard >> run.sh && bash ./run.sh
%%
install -m 755 /dev/stdin x <<< 'git reset --hard'; ./x
%%
dd of=x.sh <<< 'git reset --hard'; sh x.sh
%%
printf 'git reset --hard' > x.sh; chmod 755 x.sh; sudo ./x.sh
%%
echo 'git reset --hard' > a.sh; mv a.sh b.sh; sh b.sh
%%
echo 'git reset --hard' > a.sh; cp a.sh b.sh; sh b.sh
%%
echo 'git reset --hard' > a.sh; cat a.sh | sh
%%
echo 'git reset --hard' > a.sh; sh < a.sh
%%
echo 'git reset --hard' > a.sh; bash "$(pwd)/a.sh"
%%
echo 'git reset --hard' > $PWD/a.sh; bash a.sh
%%
f=$(mktemp); echo 'git reset --hard' > $f; bash $f
%%
T=/tmp/x.sh; cat > $T <<< 'git reset --hard'; bash "$T"
%%
echo 'git reset --hard' > ~/x.sh; bash ~/x.sh
%%
echo 'alias x="git reset --hard"' > a; . ./a; x
""".strip("\n").split("\n%%\n")


@pytest.mark.parametrize("text", WAYS)
def test_a_way_round_is_the_command(text):
    assert HARD in [one.replace("/usr/bin/", "") for one in gits(text)]
