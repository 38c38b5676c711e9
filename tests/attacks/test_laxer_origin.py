from __future__ import annotations

from conftest import Workspace, branchy
from gates.gatelib import brief, judged


def test_what_comes_from_a_laxer_path_is_new(repo: Workspace) -> None:
    base = repo.commit("start", {"tests/a.py": branchy("f", 30)})
    head = repo.commit("move", {"tests/a.py": None, "src/a.py": branchy("f", 30)})
    for entry in ({"level": "off"}, {"level": "warn"}, {"max_complexity": 50}):
        found = judged(repo.path, base, head=head, overrides=[{"paths": ["tests/"], **entry}])
        assert brief(found) == ["AG602 error f None>31"]
    assert brief(judged(repo.path, base, head=head)) == []
    assert brief(judged(repo.path, base, head=head, overrides=[{"paths": ["src/"], "max_complexity": 50}])) == []


def test_what_comes_from_a_vendored_path_is_new(repo: Workspace) -> None:
    base = repo.commit("start", {".gitattributes": "vendor/** linguist-vendored\n", "vendor/a.py": branchy("f", 30)})
    head = repo.commit("move", {"vendor/a.py": None, "src/a.py": branchy("f", 30)})
    assert brief(judged(repo.path, base, head=head)) == ["AG602 error f None>31"]
    head = repo.commit("into another file", {"src/a.py": "x = 1\n" * 200 + branchy("f", 30)})
    assert brief(judged(repo.path, base, head=head)) == ["AG602 error f None>31"]
