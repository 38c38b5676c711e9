"""Shell texts that bash takes, and texts that it refuses."""

_LINES = r"""
git status
git status;
git status &
a && b || c
a | b |& c
! a | b
! ! a
time a
time -p a | b
time { a; }
time
!
{ a; }
{ a; b & }
( a )
(a;b)&
((a))
((x = 1 + (2 * 3)))
( (a) )
((echo a); (echo b))
$((1 + (2)))
x=$((1+2))
x=$(( $(echo 1) + `echo 2` ))
$((echo a); (echo b))
echo $[1+2]
if a; then b; fi
if a; then b; elif c; then d; else e; fi
if a; then if b; then c; fi fi
while a; do b; done
until a; do b; done < file
for i in a b c; do d; done
for i; do d; done
for i in; do d; done
for i do d; done
for ((i=0;i<3;i++)); do d; done
for ((;;)) { a; }
for i in a; { b; }
select x in a b; do c; done
case x in a) b;; c|d) e;; (f) g;& *) h;;& z) ;; esac
case x in esac
case x in a) b; esac
case "$x" in "a b") c;; esac
f() { a; }
f () ( a )
f() { a; } > out
function f { a; }
function f() { a; }
function f ( ) { a; }
f-g.h() { a; }
coproc a
coproc N { a; }
coproc { a; }
coproc a b
[[ a == b && ( c || ! d ) ]]
[[ $x =~ ^(a|b)$ ]]
[[ $x =~ [[:space:]]*(a b) ]]
[[ -e x ]] && a
[[ a < b ]]
echo [[ a
echo if then fi
echo {
echo }
echo a}b
{a
}a
echo "a $(b "c") d"
echo `a`
echo "`a \"b\"`"
echo `a \`b\``
echo $'a\'b\x41' $"c"
echo 'a'"b"c\ d
echo a\"b
diff <(a) <(b)
tee >(a) >b
echo a<(b)
cat <<< x
cat <<<"$x" y
>f a
a >f b <g 2>&1 c
a 2>&- >|f <>g &>h &>>i >&j
exec {fd}>f
exec 3<>f
a=b c=d e
a=b
a=(b c "d e") f
a+=(b) c+=d
a[0]=b a[i+1]=c
a[x y]=b
declare -a a=(b c)
export a=(b)
local x=1 y=(2)
echo ${a} ${a:-b} ${a:=b c} ${a#*/} ${a##x} ${a%.*} ${a/b/c} ${a//b} ${#a} ${!a} ${!a*} ${!a[@]} ${a[@]}
echo ${a[0]} ${a:1:2} ${a^^} ${a,,} ${a@Q}
echo ${a:-${b:-$(c)}}
echo "${a:-"b c"}" "${a:-b}" "${a#'x'}"
echo ${#} ${#@} ${#a[@]} ${?} ${$} ${-} ${@} ${*} ${10}
echo $# $? $$ $! $- $@ $* $0 $10 $_
echo ${#-} ${#:-a} ${##a}
echo $ "$" $% "a$"
echo a#b # c
# only
#
a;b;
echo !x
echo ?(a)b
echo {a,b}{1..3}
echo x{a,"b c"}
echo ~ ~/x a=~/x
echo \# \& \;
"""

_TEXTS = r"""
a=(b
c # d
e)
%%
echo a \
  b
%%
echo a\
b
%%
a &&
b
%%
a |
b
%%
a && # x
b
%%
cat <<E
a
E
%%
cat <<'E' | b
a $(c
E
%%
cat <<-E
	a
	E
%%
cat <<E <<F
a
E
b
F
%%
cat <<E && c
a $(b) `c` ${d}
E
%%
(cat <<E
a
E
)
%%
x=$(cat <<E
a
E
)
%%
git commit -m "$(cat <<'EOF'
it's (a "message
EOF
)"
%%
cat <<\E
$(
E
%%
cat <<"E F"
a
E F
%%
if a; then cat <<E; fi
x
E
%%
while read x; do a; done <<E
b
E
%%
f() { cat <<E
a
E
}
"""

_REFUSED = r"""
a ;; b
;
&
| a
a |
a &&
a & & b
a ; ; b
( a
a )
{ a;
{ a }
if a; then b
if a; b; fi
if a; then; fi
if ; then a; fi
while a; do done
for i in a; do b
for i in a b
case x in a) b
case x a) b;; esac
then a
fi
done
}
esac
do a
else
f() {
f(a) { b; }
function { a; }
echo (a)
echo a(b)
echo $(a
echo "a
echo 'a
echo `a
echo ${a
echo ${
echo $((1
[[ a
x=(a
( )
{ }
a > ;
a >
a <<
a <
( a ) b
{ a; } b
if a; then b; fi c
echo "$(a" b
cat <(a
"""

VALID = _LINES.strip("\n").split("\n") + _TEXTS.strip("\n").split("\n%%\n")
INVALID = _REFUSED.strip("\n").split("\n")
