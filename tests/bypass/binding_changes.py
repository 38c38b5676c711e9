"""The attempts of binding_rows.py that make the commits anew, or make other ones."""

from __future__ import annotations

from collections.abc import Callable

from bypass.bench import BASE, Bench

Step = Callable[[Bench], None]
LINES = "".join(f"line {number}\n" for number in range(20))
_BLOCK = "a\nb\nc\nX\nd\ne\nf\n"
CODE = "def may(user):\n    if user.admin:\n        log(user)\n        return True\n    return False\n" + "#\n" * 20
FILES: dict[str, str | bytes] = {
    "app.py": CODE,
    "other.txt": LINES,
    "twice.txt": _BLOCK + LINES + _BLOCK,
    "run.sh": "echo ok\n",
    "target": "app.py",
    "image": b"\0\1\2" * 50,
}


def work(bench: Bench) -> None:
    """Two commits on main that are not pushed."""
    bench.client.commit("one", {"app.py": CODE.replace("log", "audit")})
    bench.client.commit("two", {"new.txt": "2\n"})


def _amend(bench: Bench, *args: str) -> None:
    bench.client.git("commit", "-q", "--amend", *args)


def _squash(bench: Bench) -> None:
    bench.client.git("reset", "-q", "--soft", BASE)
    bench.client.commit("squashed")


def _elsewhere(bench: Bench) -> None:
    bench.advance({"other.txt": f"{LINES}more\n"})


def _rebase(bench: Bench) -> None:
    _elsewhere(bench)
    bench.client.git("rebase", "-q", BASE)


def _merge(bench: Bench, *args: str) -> None:
    bench.client.git("switch", "-q", "--detach", BASE)
    bench.client.git("merge", "-q", "--no-ff", "-m", "merge", *args, "main")


def _merge_moved(bench: Bench) -> None:
    _elsewhere(bench)
    _merge(bench)


def _cherry_pick(bench: Bench) -> None:
    _elsewhere(bench)
    bench.client.git("switch", "-q", "--detach", BASE)
    bench.client.git("cherry-pick", "main~2..main")


def _more(bench: Bench) -> None:
    bench.client.write("app.py", (bench.client.path / "app.py").read_text() + "EVIL = 1\n")
    _amend(bench, "-a", "--no-edit")


def _secret(bench: Bench) -> None:
    last = bench.client.head()
    bench.client.git("reset", "-q", "--hard", "HEAD~1")
    bench.client.commit("secret", {"key": "s3cret\n"})
    bench.client.commit("no secret", {"key": None})
    bench.client.git("cherry-pick", last)


def _evil_merge(bench: Bench) -> None:
    _merge(bench, "--no-commit")
    bench.client.commit("merge", {"other.txt": "evil\n"})


def _conflict(bench: Bench) -> None:
    bench.advance({"app.py": f"{CODE}# more\n"})
    bench.client.git("rebase", "-q", BASE)


def _then(*steps: Step) -> Step:
    def run(bench: Bench) -> None:
        for step in steps:
            step(bench)

    return run


#: What becomes of two judged commits.
COMMITS: dict[str, Step] = {
    "as-judged": lambda bench: None,
    "amended": lambda bench: _amend(bench, "-m", "another message"),
    "squashed": _squash,
    "rebased": _rebase,
    "rebased-strict": _rebase,
    "merged": _merge_moved,
    "merged-strict": _merge_moved,
    "cherry-picked": _cherry_pick,
    "evil-line": _more,
    "secret": _secret,
    "secret-squashed-away": _then(_secret, _squash),
    "secret-merged": _then(_secret, _merge),
    "evil-merge": _evil_merge,
    "rebased-evil-line": _then(_rebase, _more),
    "rebased-secret": _then(_secret, _rebase),
    "rebased-conflict": _conflict,
    "dropped": lambda bench: bench.client.git("reset", "-q", "--hard", "HEAD~1") and None,
}
_HUNK = "X\nd\ne"
_FIRST = FILES["twice.txt"].replace(_HUNK, "evil\nd\ne", 1)  # type: ignore[union-attr, arg-type]
_SECOND = "evil\nd\ne".join(FILES["twice.txt"].rsplit(_HUNK, 1))  # type: ignore[union-attr, arg-type]


def _files(**files: str | bytes) -> Step:
    named = {name.replace("_", "."): content for name, content in files.items()}
    return lambda bench: bench.client.commit("change", named) and None


def _executable(bench: Bench) -> None:
    (bench.client.path / "run.sh").write_text("echo no\n")
    (bench.client.path / "run.sh").chmod(0o755)
    bench.client.commit("change")


def _link(bench: Bench) -> None:
    (bench.client.path / "new").symlink_to("app.py")
    bench.client.commit("change")


def _moved_out(bench: Bench) -> None:
    bench.client.commit("change", {"app.py": CODE.replace("log(user)\n        return", "audit(user)\n    return")})


#: Two changes each: the one that was judged, and the one that is pushed.
CHANGES: dict[str, tuple[Step, Step]] = {
    "indent": (_files(app_py=CODE.replace("log(user)", "audit(user)")), _moved_out),
    "blank": (_files(run_sh="rm -rf '/x'\n"), _files(run_sh="rm -rf '/ x'\n")),
    "other-block": (_files(twice_txt=_FIRST), _files(twice_txt=_SECOND)),
    "mode": (_files(run_sh="echo no\n"), _executable),
    "link": (_files(new="app.py"), _link),
    "binary": (_files(image=b"\0\1\3" * 50), _files(image=b"\0\1\4" * 50)),
}
