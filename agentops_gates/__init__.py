"""Gates for repositories in which coding agents work: checks on git objects, at git's own doors and again in CI."""

__version__ = "0.1.0"
