"""What a command line would do: shell text to commands, commands to git invocations, invocations to hazards."""
