import pytest
from shell.tree import shown

from agentops_gates.shell.ansi import decoded
from agentops_gates.shell.parse import parse

WORDS = {
    "a'b c'd": "a<b c>d",
    "''": "<>",
    '""': "<>",
    'a""b': "a<>b",
    '"a $b c"': "<a >q${b}< c>",
    '"a\\"b\\$c\\d\\\\e"': '<a"b$c\\de>'.replace("\\de", "\\d\\e"),
    '"a\\\nb"': "<ab>",
    "a\\ b\\c": "a< >b<c>",
    "\\git": "<g>it",
    "g\\it": "g<i>t",
    "g''it": "g<>it",
    "$'a\\tb'": "<a\tb>",
    "$'\\x67it'": "<git>",
    "\"$'a'\"": "<$'a'>",
    '$"a $b"': "<a >q${b}",
    "$(a 'b)' c)": "$([a <b)> c])",
    "`a b`": "$([a b])",
    '"`a \\"b\\"`"': "<>q$([a <b>])",
    "`a \\`b\\``": "$([a $([b])])",
    "`a \\$b`": "$([a ${b}])",
    "`a '$b'`": "$([a <$b>])",
    "$(a `b $(c)`)": "$([a $([b $([c])])])",
    "$((1 + $(a) * (2)))": "$((<1 + >q$([a])< * (2)>))",
    "$[1+$(a)]": "$((<1+>q$([a])))",
    "$((a) )": "$(subshell([a]))",
    "$x$1$@$#$?$$": "${x}${1}${@}${#}${?}${$}",
    "$10": "${1}0",
    "${10}": "${10}",
    "$": "$",
    "a$": "a$",
    '"$"': "<$>",
    "$%": "$%",
    "${a}": "${a}",
    "${#a}": "${#a}",
    "${#}": "${#}",
    "${#-b}": "${# -b}",
    "${!a}": "${!a}",
    "${a[0]}": "${a[0]}",
    "${a[@]}": "${a[@]}",
    "${#a[@]}": "${#a[@]}",
    "${a:-b c}": "${a :-b c}",
    "${a:-$(b)}": "${a :-$([b])}",
    '${a:-"b c"}': "${a :-<b c>}",
    '"${a:-"b c"}"': "<>q${a :-<b c>}",
    '"${a:-b c}"': "<>q${a :-<b c>}",
    "\"${a:-'b'}\"": "<>q${a :-<'b'>}",
    "\"${a#'b'}\"": "<>q${a #<b>}",
    "${a:+b}": "${a :+b}",
    "${a=b}": "${a =b}",
    "${a##*/}": "${a ##*/}",
    "${a%.*}": "${a %.*}",
    "${a/b/c}": "${a /b/c}",
    "${a//b/c}": "${a //b/c}",
    "${a:1:2}": "${a :1:2}",
    "${a^^}": "${a ^^}",
    "${a@Q}": "${a @Q}",
    "${a:-${b:-${c}}}": "${a :-${b :-${c}}}",
    "${a:-'}'}": "${a :-<}>}",
    "${(f)a}": "${ unknown(f)a}",
    "${ a; }": "$([a];)",
    "a<(b)c": "a<$([b])c",
    "?(a|b c)d": "?(a|b c)d",
    "@($(a))": "@($([a]))",
    "a#b": "a#b",
    "~/x{a,b}*": "~/x{a,b}*",
    "a\\": "a<\\>",
}


@pytest.mark.parametrize(("text", "expected"), WORDS.items())
def test_a_word_has_its_parts(text, expected):
    assert shown("x " + text) == f"[x {expected}]"


ESCAPES = {
    "a\\nb\\tc": "a\nb\tc",
    "\\a\\b\\e\\E\\f\\r\\v": "\a\b\x1b\x1b\f\r\v",
    "\\\\\\'\\\"\\?": "\\'\"?",
    "\\147\\151\\164": "git",
    "\\1471": "g1",
    "\\x67\\x69\\x74": "git",
    "\\x6g": "\x06g",
    "\\x{67}it": "git",
    "\\u0067it": "git",
    "\\u67t": "gt",
    "\\U00000067": "g",
    "\\cA\\ca": "\x01\x01",
    "a\\0b": "a",
    "a\\x00b": "a",
    "a\\qb": "a\\qb",
    "\\xzz": "\\xzz",
    "\\xff": "\udcff",
    "\\ud800": "\ufffd",
    "end\\": "end\\",
}


@pytest.mark.parametrize(("text", "expected"), ESCAPES.items())
def test_an_escape_is_its_character(text, expected):
    assert decoded(text) == expected


BODIES = {
    "plain": ("cat <<E\na $b\n`c`\nE\nd", "[cat <<<a >q${b}<\n>q$([c])<\n>]; [d]"),
    "quoted": ("cat <<'E'\na $b\n'\nE\nd", "[cat <<<a $b\n'\n>]; [d]"),
    "escaped delimiter": ("cat <<\\E\n$(a\nE", "[cat <<<$(a\n>];"),
    "partly quoted delimiter": ('cat <<E"F"\n$(a\nEF', "[cat <<<$(a\n>];"),
    "tabs": ("cat <<-E\n\ta\n\t\tE\nb", "[cat <<-<a\n>]; [b]"),
    "tabs count": ("cat <<E\n\ta\n\tE\nE", "[cat <<<\ta\n\tE\n>];"),
    "two": ("a <<E <<F\n1\nE\n2\nF\nb", "[a <<<1\n> <<<2\n>]; [b]"),
    "two commands": ("a <<E | b <<F\n1\nE\n2\nF", "[a <<<1\n>] | [b <<<2\n>];"),
    "command behind": ("a <<E && b\n1\nE\nc", "[a <<<1\n>]&& [b]; [c]"),
    "pipe behind": ("a <<E |\n1\nE\nb", "[a <<<1\n>] | [b]"),
    "in a group": ("{ a <<E\n1\nE\n}", "group([a <<<1\n>];)"),
    "in a substitution": ("x \"$(a <<'E'\nit's \"\nE\n)\"", "[x <>q$([a <<<it's \"\n>];)]"),
    "parenthesis behind": ("x $(a <<E\n1\nE)", "[x $([a <<<1\n>];)]"),
    "quotes over lines": ('a <<E "b\nc"\n1\nE', "[a <b\nc> <<<1\n>];"),
    "without end": ("a <<E\nb", "[a <<<b>];"),
    "without lines": ("a <<E", "[a <<]"),
    "empty": ("a <<E\nE", "[a <<];"),
    "joined lines": ("a <<E\nb\\\nc\nE\nd", "[a <<<bc\n>]; [d]"),
    "escapes": ('a <<E\n\\$b \\` \\" \\\\\nE', '[a <<<$b ` \\" \\\n>];'),
    "joined line is no end": ("a <<E\nb\\\nE\nE\nd", "[a <<<bE\n>]; [d]"),
    "returns": ("a <<E\r\nb\r\nE\r\nc\r\n", "[a <<<b\r\n>]; [c];"),
    "in backticks": ("x `a <<E\n1\nE\n`", "[x $([a <<<1\n>];)]"),
    "in the body": ("a <<E\n$(b <<F\n1\nF\n)\nE", "[a <<q$([b <<<1\n>];)<\n>];"),
    "comment": ("a <<E # b\n1\nE", "[a <<<1\n>];"),
}


@pytest.mark.parametrize(("text", "tree"), BODIES.values(), ids=BODIES)
def test_a_here_document_has_its_lines(text, tree):
    assert shown(text) == tree


def test_places_in_a_here_document_are_those_of_the_text():
    text = "a <<E\nx $(b c)\nE\n"
    body = parse(text).pipelines[0].commands[0].redirects[0].target.parts[0]
    inner = body.parts[1].script
    assert text[inner.start : inner.end] == "b c"
