"""A council of judges: programs and people who are shown a change or a plan, and say PASS, WARN or FAIL."""

from __future__ import annotations

from .config import CouncilConfig, JudgeConfig, from_mapping
from .council import CouncilResult, run_council

__all__ = ["CouncilConfig", "CouncilResult", "JudgeConfig", "from_mapping", "run_council"]
