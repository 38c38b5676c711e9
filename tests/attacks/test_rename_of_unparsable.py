from __future__ import annotations

from conftest import Workspace, branchy
from gates.gatelib import brief, judged

PAD = "".join(f"# line number {number} of the padding\n" for number in range(60))


def test_a_base_that_could_not_be_measured_excuses_no_other_name(repo: Workspace) -> None:
    base = repo.commit("start", {"tests/bad.py": f"def broken(:\n{PAD}"})
    head = repo.commit("evil", {"tests/bad.py": None, "src/evil.py": PAD + branchy("f", 12)})
    assert brief(judged(repo.path, base, head=head)) == ["AG602 error f None>13"]


def test_nor_a_head_that_does_not_parse_either(repo: Workspace) -> None:
    base = repo.commit("start", {"tests/bad.py": f"def broken(:\n{PAD}"})
    head = repo.commit("evil", {"tests/bad.py": None, "src/evil.py": f"def broken(:\n{PAD}x = 1\n"})
    assert brief(judged(repo.path, base, head=head)) == ["AG603 error src/evil.py"]
