"""Shell trees in few characters, for tables."""

from agentops_gates.shell.parse import parse
from agentops_gates.shell.syntax import Arithmetic, Body, Compound, Parameter, Substitution, Text


def shown(text):
    """The whole tree of ``text``."""
    return script(parse(text))


def script(found):
    return " ".join(pipeline(one) for one in found.pipelines)


def pipeline(found):
    return ("! " if found.negated else "") + " | ".join(command(one) for one in found.commands) + found.after


def command(found):
    after = "".join(f" {one.fd or ''}{one.operator}{word(one.target)}" for one in found.redirects)
    if isinstance(found, Compound):
        words = "" if found.words is None else " ".join(["", *map(word, found.words)])
        bodies = " / ".join(script(body) for body in found.bodies)
        return f"{found.kind}({' '.join(filter(None, [found.name + words, bodies]))}){after}"
    pieces = [assignment(one) for one in found.assignments] + [word(one) for one in found.words]
    return f"[{' '.join(pieces)}{after}]"


def assignment(found):
    value = word(found.value) if found.items is None else f"({' '.join(map(word, found.items))})"
    return f"{found.name}{'+' * found.append}={value}"


def word(found):
    """Quoted characters in <...>, the others bare."""
    return "".join(map(part, found.parts))


def part(found):
    if isinstance(found, Text):
        return f"<{found.text}>" if found.quoted else found.text
    if isinstance(found, Body):
        return "".join(map(part, found.parts))
    if isinstance(found, Substitution):
        return f"{'q' * found.quoted}{found.process}$({script(found.script)})"
    if isinstance(found, Arithmetic):
        return f"$(({''.join(map(part, found.parts))}))"
    assert isinstance(found, Parameter)
    argument = "" if found.argument is None else word(found.argument)
    return (
        f"{'q' * found.quoted}${{{'#' * found.length}{found.name}{found.operator and ' ' + found.operator}{argument}}}"
    )
