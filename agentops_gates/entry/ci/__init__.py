"""Continuous integration: one small file per provider turns its environment into the range of commits to judge."""

from __future__ import annotations

from collections.abc import Mapping

from ...model.errors import UsageError
from ...model.light import Protocol
from . import azure, bitbucket, buildkite, circleci, gitea, github, gitlab, jenkins
from .facts import Range, on

__all__ = ["PROVIDERS", "Range", "confirm", "find", "is_ci"]


class Provider(Protocol):
    """What a provider's module offers."""

    NAME: str
    DEPTH_ADVICE: str

    def detect(self, env: Mapping[str, str]) -> bool:
        """Whether ``env`` is this provider's."""

    def resolve(self, env: Mapping[str, str]) -> Range:
        """Return what to judge; raise UsageError or UndecidedError, saying what to add, when that cannot be known."""


# In this order: Gitea sets GitHub's variables too, and an agent of any other provider may run below Jenkins.
_IN_ORDER: tuple[Provider, ...] = (gitea, github, gitlab, buildkite, circleci, azure, bitbucket, jenkins)
PROVIDERS: Mapping[str, Provider] = {provider.NAME: provider for provider in _IN_ORDER}


def find(env: Mapping[str, str]) -> Range | None:
    """Return what the CI run with environment ``env`` is about, None if no provider is recognised.

    Raises UsageError or UndecidedError with the argument or YAML to add when the provider does not tell.
    """
    for provider in _IN_ORDER:
        if provider.detect(env):
            return provider.resolve(env)
    return None


def is_ci(env: Mapping[str, str]) -> bool:
    """Whether ``env`` is that of a CI run, of a known provider or of one that only says ``CI=true``."""
    return on(env, "CI") or any(provider.detect(env) for provider in _IN_ORDER)


def confirm(env: Mapping[str, str]) -> None:
    """Raise UsageError where the CI run with environment ``env`` cannot be out of reach of what it judges.

    That it is, its configuration asserts; only GitHub tells enough to contradict.
    """
    provider = next((provider for provider in _IN_ORDER if provider.detect(env)), None)
    if provider is None:
        raise UsageError("boundary: this is not the run of a CI provider that is known", "leave it out")
    if provider in (github, gitea):
        github.confirm(env)
