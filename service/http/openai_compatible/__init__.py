"""The OpenAI-compatible edge, under /v1: for programs that know OpenAI's API and nothing else."""
