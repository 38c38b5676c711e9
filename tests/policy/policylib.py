"""Two gates with a setting of every kind, and short words for building policies from text."""

from __future__ import annotations

from agentops_gates.model.gate import Gate, Setting
from agentops_gates.policy.load import build
from agentops_gates.policy.policy import Policy
from agentops_gates.policy.source import OWN, Source

GATES = (
    Gate(
        "complexity-regression",
        "No function gets harder to read",
        (),
        (),
        (),
        (
            Setting("level", "choice", "error", "how hard", "later", ("error", "warn", "trial", "off"), per_path=True),
            Setting("max_complexity", "integer", 10, "limit", "higher", minimum=1, per_path=True),
            Setting("min_gain", "integer", 3, "gain", "lower"),
            Setting("max_growth", "integer", 0, "growth, 0 is off", "higher or zero", per_path=True),
            Setting("asserts", "boolean", False, "count asserts", "", per_path=True),
            Setting("skip_new", "boolean", False, "skip new", "true"),
            Setting("exclude", "globs", (), "left out", "more"),
            Setting("languages", "strings", ("python",), "judged"),
        ),
    ),
    Gate("policy-change", "A change of the policy", (), (), ()),
)


def policy(text: str) -> Policy:
    """Return the policy that ``text``, the content of the policy's own file, means."""
    return build(Source(OWN, "", text.encode()), None, GATES).policy
