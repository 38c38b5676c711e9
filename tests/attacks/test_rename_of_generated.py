from __future__ import annotations

from conftest import Workspace, branchy
from gates.gatelib import brief, judged

PAD = "".join(f"# line number {number} of the padding\n" for number in range(60))


def test_a_marker_does_not_travel_with_a_rename(repo: Workspace) -> None:
    base = repo.commit("start", {"gen_pb2.py": f"# @generated\n{PAD}"})
    head = repo.commit("evil", {"gen_pb2.py": None, "evil.py": PAD + branchy("f", 12)})
    assert "R0" in repo.git("diff", "--raw", "-M50%", base, head)
    assert brief(judged(repo.path, base, head=head)) == ["AG602 error f None>13"]


def test_a_file_where_a_submodule_was(repo: Workspace) -> None:
    repo.commit("start", {"a.py": "x = 1\n"})
    repo.git("update-index", "--add", "--cacheinfo", "160000," + "1" * 40 + ",lib.py")
    repo.git("commit", "-q", "-m", "submodule")
    base = repo.head()
    repo.git("update-index", "--force-remove", "lib.py")
    head = repo.commit("file", {"lib.py": branchy("f", 12)})
    assert brief(judged(repo.path, base, head=head)) == ["AG602 error f None>13"]


def test_where_a_link_points_to_is_no_marker(repo: Workspace) -> None:
    (repo.path / "lib.py").symlink_to("@generated")
    base = repo.commit("link")
    (repo.path / "lib.py").unlink()
    head = repo.commit("file", {"lib.py": branchy("f", 12)})
    assert brief(judged(repo.path, base, head=head)) == ["AG602 error f None>13"]
