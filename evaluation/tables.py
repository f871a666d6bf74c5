"""What the commands print: tables of figures for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from evaluation.compare import Change, Comparison
from evaluation.gate import Checked
from evaluation.measures import BY_NAME, Unit
from evaluation.scoring import Run
from evaluation.statistics import Difference
from evaluation.summary import Row, summarise, totals
from service.command_line.terminal import console

FILE_COLUMNS = 160
FORMATS: dict[Unit, str] = {"share": ".3f", "words": ".1f", "seconds": ".3f", "tokens": ".0f"}


def print_tables(*tables: Table) -> None:
    """Print tables; a file or a pipe gets whole lines, however long."""
    out = console()
    if not out.is_terminal:
        out.width = FILE_COLUMNS
    for table in tables:
        out.print(table)


def figure(name: str, value: float, signed: bool = False) -> str:
    """A figure in the form of its unit."""
    measure = BY_NAME.get(name)
    form = FORMATS[measure.unit] if measure else ".3f"
    return format(value, ("+" if signed else "") + form)


def summary_table(run: Run) -> Table:
    """All measures over all questions, then the main ones by group."""
    whole, *groups = summarise(run.outcomes, run.scores)
    table = Table(title=f"{run.info.name}: {len(run.outcomes)} questions", title_justify="left", box=None)
    table.add_column("measure")
    table.add_column("mean", justify="right")
    table.add_column("95 % interval", justify="right")
    table.add_column("questions", justify="right")
    for name, found in whole.measures.items():
        ends = f"{figure(name, found.low)} to {figure(name, found.high)}"
        table.add_row(name, figure(name, found.mean), ends, str(found.count))
    for name, value in totals(run.outcomes, run.scores).items():
        table.add_row(name, figure(name, value), "", "")
    table.add_section()
    for row in groups:
        if row.slice.grouping in ("language", "kind"):
            table.add_row(f"quality where {row.slice.grouping} is {row.slice.value}", *group_cells(row))
    return table


def group_cells(row: Row) -> tuple[str, str, str]:
    """The quality of a group with its interval."""
    found = row.measures["quality"]
    return f"{found.mean:.3f}", f"{found.low:.3f} to {found.high:.3f}", str(found.count)


def comparison_table(comparison: Comparison) -> Table:
    """Every measure over all questions, and in the groups where it changed significantly."""
    title = f"{comparison.before.info.name} → {comparison.after.info.name}"
    table = Table(title=title, title_justify="left", box=None)
    for heading in ("group", "measure", "before", "after", "difference", "95 % interval", "p", "questions"):
        table.add_column(heading, justify="left" if heading in ("group", "measure") else "right", no_wrap=True)
    for cell in comparison.cells:
        difference = cell.difference
        # Times of a few questions say more of what else the machine did than of either run.
        if cell.slice.grouping != "all" and (not difference.significant or BY_NAME[cell.measure].group == "cost"):
            continue
        name = cell.measure
        ends = f"{figure(name, difference.low, signed=True)} to {figure(name, difference.high, signed=True)}"
        table.add_row(
            "all" if cell.slice.grouping == "all" else f"{cell.slice.grouping} {cell.slice.value}",
            name,
            figure(name, cell.before),
            figure(name, cell.after),
            Text(figure(name, difference.mean, signed=True), style=style(name, difference)),
            ends,
            f"{difference.p:.3f}",
            str(difference.count),
        )
    return table


def style(name: str, difference: Difference) -> str:
    """Green for better, red for worse, plain where chance explains it."""
    better = BY_NAME[name].better
    if not difference.significant or better == "neither":
        return ""
    return "green" if (difference.mean > 0) == (better == "higher") else "red"


def changes_table(comparison: Comparison, limit: int) -> Table:
    """The questions that gained and lost most."""
    table = Table(title=f"{len(comparison.changes)} questions changed", title_justify="left", box=None)
    for heading in ("question", "quality", "", "text"):
        table.add_column(heading)
    gained = [change for change in comparison.changes if change.gain > 0][:limit]
    lost = [change for change in reversed(comparison.changes) if change.gain < 0][:limit]
    for change in (*gained, *lost):
        table.add_row(*change_cells(change))
    return table


def change_cells(change: Change) -> tuple[str, str, Text, Text]:
    """One changed question."""
    question = change.after.question
    quality = f"{change.quality_before:.2f} → {change.quality_after:.2f}"
    gain = Text(f"{change.gain:+.2f}", style="green" if change.gain > 0 else "red")
    return question.id, quality, gain, Text(question.text)


def gate_table(checked: Sequence[Checked]) -> Table:
    """Every rule with what was found."""
    table = Table(box=None)
    for heading in ("rule", "expected", "found", ""):
        table.add_column(heading)
    for result in checked:
        rule = result.rule
        limits = [
            f"{label} {value:g}"
            for label, value in (("≥", rule.minimum), ("≤", rule.maximum), ("drop ≤", rule.max_drop))
            if value is not None
        ]
        verdict = Text("broke", style="red") if result.broken else Text("holds", style="green")
        table.add_row(
            Text(rule.subject), ", ".join(limits), "none" if result.found is None else f"{result.found:.4f}", verdict
        )
    return table
