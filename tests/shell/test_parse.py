import shutil
import subprocess

import pytest
from shell.samples import INVALID, VALID
from shell.tree import shown

from agentops_gates.shell.parse import ShellSyntaxError, parse


@pytest.mark.parametrize("text", VALID)
def test_what_bash_takes_is_taken(text):
    assert parse(text).end <= len(text)


@pytest.mark.parametrize("text", INVALID)
def test_what_bash_refuses_is_refused(text):
    with pytest.raises(ShellSyntaxError) as error:
        parse(text)
    assert 0 <= error.value.position <= len(text)
    assert error.value.what in str(error.value)


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_itself_says_so():
    for expected, texts in ((0, VALID), (1, INVALID)):
        for text in texts:
            done = subprocess.run(
                ["bash", "-O", "extglob", "-n", "-c", text], capture_output=True, text=True, check=False
            )
            # A here-document or quote without an end is a warning for bash, and no program for us.
            assert bool(done.returncode or "unexpected EOF" in done.stderr) == expected, (text, done.stderr)


TREES = {
    "a && b || c; d &": "[a]&& [b]|| [c]; [d]&",
    "a | b |& c": "[a] | [b] | [c]",
    "! a": "! [a]",
    "! ! a": "[a]",
    "!(git reset)": "! subshell([git reset])",
    "time -p git x | y": "[git x] | [y]",
    "time -f %e git x": "[time -f %e git x]",
    "(a; b) | c": "subshell([a]; [b]) | [c]",
    "{ a; } >f": "group([a];) >f",
    "if a; then b; elif c; then d; else e; fi": "if([a]; / [b]; / [c]; / [d]; / [e];)",
    "while a; do b; done": "while([a]; / [b];)",
    "until a; do b; done": "until([a]; / [b];)",
    "for x in a b; do c; done": "for(x a b [c];)",
    "for x; do c; done": "for(x [c];)",
    "for ((i=0; i<2; i++)); do c; done": "for( $((<i=0; i<2; i++>)) [c];)",
    "select x in a; do c; done": "select(x a [c];)",
    "case $x in a|b) c;; (d) e;& esac": "case( ${x} a b d [c] / [e])",
    "f() { a; }": "function(f group([a];))",
    "function f { a; } 2>x": "function(f group([a];) 2>x)",
    "function f() ( a )": "function(f subshell([a]))",
    "coproc a b": "coproc([a b])",
    "coproc N { a; }": "coproc(N group([a];))",
    "[[ a == b && ( $(c) ) ]] && d": "test( a == b $([c]))&& [d]",
    "[[ $x =~ ^(a b|c)$ ]]": "test( ${x} =~ ^(a b|c)$)",
    "((x = $(a)))": "arithmetic( $((<x = >q$([a]))))",
    "((echo a); b)": "subshell(subshell([echo a]); [b])",
    "x=$((echo a); b)": "[x=$(subshell([echo a]); [b])]",
    "a=b c=d e=f g": "[a=b c=d e=f g]",
    "a=(b c) d+=e f[1]=g": "[a=(b c) d+=e f[1]=g]",
    "a b=c": "[a b=c]",
    "export a=b c=(d)": "[c=(d) export a=b]",
    ">f a <g b 2>&1": "[a b >f <g 2>&1]",
    "{fd}>f a": "[a fd>f]",
    "a 2>&1|b": "[a 2>&1] | [b]",
    "a &>f &>>g": "[a &>f &>>g]",
    "a 12>f 3x>g": "[a 3x 12>f >g]",
    "a <<< b": "[a <<<b]",
    "a # b\nc": "[a]; [c]",
    "a\\\nb c\\\n": "[ab c]",
    "git\\\n reset": "[git reset]",
    "a &&\n\n# x\n b": "[a]&& [b]",
    "a\r\nb c\r\n": "[a]; [b c];",
    "a\r\nb": "[a]; [b]",
    "a\rb": "[a\rb]",
    "a\r\nb\nc": "[a\r]; [b]; [c]",
    "diff <(a) >(b)": "[diff <$([a]) >$([b])]",
    "if<(a) b": "[if<$([a]) b]",
    "{a,b} }x": "[{a,b} }x]",
    "echo if do }": "[echo if do }]",
    "": "",
    "# only": "",
}


@pytest.mark.parametrize(("text", "tree"), TREES.items())
def test_a_text_has_its_tree(text, tree):
    assert shown(text).replace("fd>f", "fd>f").replace("{fd}", "fd") == tree


TWO_READINGS = [
    "a[ # ]; git reset --hard",
    "a[0 ; git reset --hard ; b]=1",
    "a[ git reset --hard",
    "[[\r\ngit reset --hard HEAD ;\r\n]]\r\n",
    "echo \"${x:-'}'}\"",
    'echo "${x:-it\'s}"',
    '"$\\\n(git reset)"',
    "echo $\\\n{x}",
    "echo $x\\\ny",
    "i\\\nf true; then a; fi",
    "echo $(( 'x' ))",
    "cat <<$(a)\n$(a)",
    "cat <<$'E'\nE",
    'cat <<$"E"\nE',
    "x=$(cat <<E)\na\nE",
    "x=$(cat <<E\na\nEnd (of it)\nE\n)",
    "cat <<E\nE\\\n\ngit reset\nE",
    "cat <<EF\nE\\\nF\ngit reset\nEF",
]


@pytest.mark.parametrize("text", TWO_READINGS)
def test_what_shells_read_differently_is_refused(text):
    with pytest.raises(ShellSyntaxError):
        parse(text)


def test_places_are_those_of_the_text():
    text = 'a; x=1 git push >f; `b c`; "$(d e)"'
    one, two, three, four = parse(text).pipelines
    assert [text[it.start : it.end] for it in (one, two, three, four)] == ["a", "x=1 git push >f", "`b c`", '"$(d e)"']
    inner = three.commands[0].words[0].parts[0].script.pipelines[0]
    assert text[inner.start : inner.end] == "b c"
    inner = four.commands[0].words[0].parts[1].script.pipelines[0]
    assert text[inner.start : inner.end] == "d e"


def test_places_in_text_that_was_put_together_are_those_of_the_whole():
    text = "a `b \\`c\\``"
    inner = parse(text).pipelines[0].commands[0].words[1].parts[0].script.pipelines[0]
    assert (inner.start, inner.end) == (3, len(text) - 1)


def test_places_begin_where_they_are_told_to():
    assert parse("a b", shift=10).pipelines[0].commands[0].words[1].start == 12
    assert parse("a b", fixed=(3, 9)).pipelines[0].commands[0].words[1].end == 9
