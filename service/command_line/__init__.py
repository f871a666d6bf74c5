"""The `kilde` command."""

from service.command_line.main import main

__all__ = ["main"]
