"""What ``agentops-gate doctor`` looks at: which hooks really run, and what around them makes git or the gates lie."""
