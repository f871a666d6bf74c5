"""The command group and what every command shares: exit statuses, errors as one line, logging."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib.metadata import entry_points

import click

from index.errors import KildeError

INTERRUPTED = 130
"""The exit status of a command that Ctrl-C ended: 128 and the number of SIGINT."""
GARBAGE_AFTER = 50_000
"""New objects between two searches for garbage, instead of 700: what a command reads first are word lists of some
hundred thousand entries that stay, and looking through them again and again took a tenth of the time of `kilde ask`."""


class Commands(click.Group):
    """The commands that packages declare under `kilde.commands`; each is imported only when it is called.

    So a command of `evaluation` can be had without `service` knowing that package, and starting stays fast.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(entry_points(group="kilde.commands").names)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        found = entry_points(group="kilde.commands", name=name)
        return next(iter(found)).load() if found else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="kilde")
@click.option("--debug", is_flag=True, help="Log what happens, and show where an unexpected error came from.")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Answers from a folder of documents, word for word, with who said it and where."""
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.ERROR, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    if context.invoked_subcommand != "ask":  # It has a running service answer first, without loading the settings.
        name_misspelt()


def name_misspelt() -> None:
    """Print a line on stderr for each setting that does not exist: in silence another folder would be answered from."""
    from service.settings import PREFIX, Settings, misspelt  # Importing it takes longer than `kilde --help`.

    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in misspelt():
        near = get_close_matches(name, known, n=1)
        click.echo(f"kilde: no setting is called {name}" + (f"; did you mean {near[0]}?" if near else ""), err=True)


def main() -> None:
    """Run the command line; exit 0 when done, 1 on an error with one line on stderr, 2 on wrong usage."""
    gc.set_threshold(GARBAGE_AFTER)
    try:
        # Outside its standalone mode click returns the exit status that a command asked for.
        sys.exit(cli(standalone_mode=False) or 0)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KildeError as error:
        print_error(str(error))
    except BrokenPipeError:
        # The reader of our output (head, say) has gone; there is nobody left to tell.
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        print_error(f"unexpected {type(error).__name__}; `kilde --debug …` shows where it comes from")


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End the process on an error that is to be read, as `main` does: for processes that it does not run in."""
    try:
        yield
    except KildeError as error:
        print_error(str(error))


def print_error(message: str) -> None:
    """One line on stderr, then exit 1."""
    click.echo(f"kilde: {' '.join(message.split())}", err=True)
    sys.exit(1)
