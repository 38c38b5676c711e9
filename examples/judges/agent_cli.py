#!/usr/bin/env python3
"""Lets the command line of a coding agent judge.

Usage: agent_cli.py claude|codex|gemini|copilot|opencode [MORE OPTIONS...]

The packet comes on standard input and goes to the agent as its prompt. What the agent says last goes to standard
output, unwrapped from the agent's own JSON and from one code fence around it; whether that is an answer, the council
decides. Agents are started so that they can read and not write. A model is chosen with the agent's own option, as in
`agent_cli.py claude --model opus`.

Copy this file to .agents/judges/ and name it in the policy as {base}/.agents/judges/agent_cli.py: a council takes it
from the base of a change, never from the change.
"""

import json
import os
import re
import subprocess
import sys

# Nothing of the user's or the project's is added to what the judge is told: no project settings, hooks or servers.
COMMANDS = {
    "claude": [
        *("claude", "--print", "--output-format", "json", "--setting-sources", "user", "--strict-mcp-config"),
        *("--disallowedTools", "Bash,Edit,Write,NotebookEdit,WebFetch,WebSearch,Task"),
    ],
    "codex": ["codex", "exec", "--ephemeral", "--skip-git-repo-check", "--sandbox", "read-only", "--color", "never"],
    "gemini": ["gemini", "--output-format", "json", "--extensions", "none"],
    "copilot": [
        *("copilot", "--silent", "--no-color", "--no-custom-instructions", "--no-ask-user"),
        *("--deny-tool=shell", "--deny-tool=write", "--add-dir=" + os.environ.get("AGENTOPS_TREE", ".")),
    ],
    "opencode": ["opencode", "run", "--format", "json"],
}
# Options that must come last: codex reads its prompt from standard input where "-" stands for it.
LAST = {"codex": ["-"]}
READ_ONLY = {"edit": "deny", "bash": "deny", "webfetch": "deny", "external_directory": "deny"}
FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)


def main() -> int:
    """Run the agent that the first argument names."""
    name, *options = sys.argv[1:] or [""]
    if name not in COMMANDS:
        sys.stderr.write(f"usage: agent_cli.py {'|'.join(COMMANDS)} [MORE OPTIONS...]\n")
        return 2
    command = [*COMMANDS[name], *options, *LAST.get(name, [])]
    env = {**os.environ, "OPENCODE_CONFIG_CONTENT": json.dumps({"permission": READ_ONLY})}
    done = subprocess.run(command, input=sys.stdin.buffer.read(), stdout=subprocess.PIPE, env=env, check=False)
    if done.returncode:
        return done.returncode if done.returncode > 0 else 1
    said = last_words(name, done.stdout.decode("utf-8"))
    fenced = FENCE.fullmatch(said)
    sys.stdout.write(fenced[1] if fenced else said)
    return 0


def last_words(name: str, text: str) -> str:
    """Return the agent's last message; whatever is not in the agent's own form raises, and so is no answer."""
    if name == "claude":
        result = json.loads(text)
        if result["is_error"]:
            raise SystemExit(f"claude: {result.get('subtype')}")
        return str(result["result"])
    if name == "gemini":
        return str(json.loads(text)["response"])
    if name == "opencode":
        events = [json.loads(line) for line in text.splitlines() if line.strip()]
        texts = [event["part"]["text"] for event in events if event.get("type") == "text"]
        return str(texts[-1]) if texts else ""
    return text


if __name__ == "__main__":
    sys.exit(main())
