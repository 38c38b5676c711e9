"""OpenCode's plugin: it has no hooks in a settings file, so a small program of ours hands on each tool call.

It is JavaScript without types, which is TypeScript too: a test runs it in node.
"""

from __future__ import annotations

import json
import sys

from .command import FOLDER
from .opencode import TOOLS

MARK = "// Written by `agentops-gate init --runtime opencode`; `agentops-gate uninstall --runtime opencode` removes it."

_BODY = r"""
import { spawnSync } from "node:child_process"

const gone =
  "agentops-gates is not installed any more where this plugin looks for it, so nothing judges git commands: they " +
  "wait until a person installs it and runs agentops-gate init --runtime opencode, or removes the plugin."

export const AgentopsGates = async ({ directory }) => ({
  "tool.execute.before": async (input, output) => {
    if (!tools.includes(input.tool)) return
    const payload = JSON.stringify({ tool: input.tool, args: output.args, cwd: directory })
    const front = '[ ! -r "$4/front.sh" ] || . "$4/front.sh"; exit 9'
    const words = ["-c", front, "agentops-gates", "opencode", "tool.execute.before", python, folder]
    const done = spawnSync("/bin/sh", words, { input: payload, encoding: "utf8", timeout: 60000 })
    if (done.status === 9) {
      if (/\bgit\b/.test(JSON.stringify(output.args))) throw new Error(gone)
      console.error(gone)
      return
    }
    if (done.error || done.status !== 0)
      throw new Error("agentops-gates: this tool call is refused, as the guard did not answer. " + (done.stderr || ""))
    if (done.stdout.trim() === "") return
    let reason = "agentops-gates: this tool call is refused, as the answer of the guard is no JSON."
    try {
      reason = JSON.parse(done.stdout).reason || reason
    } catch {}
    throw new Error(reason)
  },
})
"""


def plugin(python: str = sys.executable, folder: str = FOLDER) -> str:
    """Return the text of the plugin file."""
    named = {"python": python, "folder": folder, "tools": list(TOOLS)}
    constants = "\n".join(f"const {name} = {json.dumps(value)}" for name, value in named.items())
    return f"{MARK}\n{constants}\n{_BODY}"
