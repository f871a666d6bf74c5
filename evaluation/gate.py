"""Holds a run to rules in a TOML file: a figure that must reach a minimum, stay under a maximum, or not drop.

[[rule]]
measure = "citation_recall"
where = { language = "nn" }   # optional: language, pair, kind or split
min = 0.5                     # and/or max = …
max_drop = 0.03               # against --baseline; holds unless the drop is larger and significant
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.compare import compare
from evaluation.errors import InvalidRules
from evaluation.measures import BY_NAME
from evaluation.scoring import Run
from evaluation.statistics import Difference
from evaluation.summary import GROUPINGS, columns, slices, totals

FIELDS = frozenset({"measure", "where", "min", "max", "max_drop", "why"})
TOTALS = frozenset(
    {
        "abstention_precision",
        "seconds_p50",
        "seconds_p95",
        "first_sentence_seconds_p50",
        "first_sentence_seconds_p95",
        "confidence_auc",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a run must fulfil; at least one of `minimum`, `maximum` and `max_drop` is given."""

    measure: str
    grouping: str
    value: str
    minimum: float | None
    maximum: float | None
    max_drop: float | None

    @property
    def subject(self) -> str:
        return self.measure if self.grouping == "all" else f"{self.measure} where {self.grouping} is {self.value}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule with what was found (None: the run has no such figure); `broken` says how it broke, "" where it holds."""

    rule: Rule
    found: float | None
    broken: str


def read_rules(path: Path) -> list[Rule]:
    """Read and check a rules file. Raises InvalidRules with the rule's number and what is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidRules(f"expected readable rules at {path}, found: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRules(f"expected TOML in {path}, found: {error}") from None
    tables = content.get("rule")
    if not isinstance(tables, list) or not tables or set(content) != {"rule"}:
        raise InvalidRules(f"expected only [[rule]] tables in {path}, at least one, found {sorted(content)}")
    return [parse_rule(table, f"{path.name} rule {number}") for number, table in enumerate(tables, start=1)]


def parse_rule(table: Mapping[str, object], place: str) -> Rule:
    """One [[rule]] table."""
    unknown = sorted(set(table) - FIELDS)
    if unknown:
        raise InvalidRules(f"{place}: expected only {', '.join(sorted(FIELDS))}, found {unknown[0]!r}")
    measure = table.get("measure")
    if not isinstance(measure, str) or (measure not in BY_NAME and measure not in TOTALS):
        raise InvalidRules(f"{place}: expected the name of a measure, found {measure!r}")
    limits = {name: limit(table.get(name), f"{place}: {name}") for name in ("min", "max", "max_drop")}
    if all(value is None for value in limits.values()):
        raise InvalidRules(f"{place}: expected min, max or max_drop, found none of them")
    grouping, value = parse_where(table.get("where"), place)
    if measure in TOTALS and (grouping != "all" or limits["max_drop"] is not None):
        raise InvalidRules(f"{place}: expected neither where nor max_drop, as {measure} is one figure of a whole run")
    if limits["max_drop"] is not None and BY_NAME[measure].better != "higher":
        raise InvalidRules(f"{place}: expected max_drop only where higher is better, found it for {measure}")
    return Rule(measure, grouping, value, limits["min"], limits["max"], limits["max_drop"])


def parse_where(value: object, place: str) -> tuple[str, str]:
    """The grouping and the value of a rule; all questions where nothing is said."""
    if value is None:
        return "all", "all"
    if isinstance(value, dict) and len(value) == 1:
        ((grouping, wanted),) = value.items()
        if grouping in GROUPINGS and isinstance(wanted, str):
            return grouping, wanted
    raise InvalidRules(f"{place}: expected where = {{ one of {', '.join(GROUPINGS)} = text }}, found {value!r}")


def limit(value: object, name: str) -> float | None:
    """A number, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidRules(f"{name}: expected a number, found {value!r}")
    return float(value)


def check_rules(run: Run, rules: Sequence[Rule], baseline: Run | None = None) -> list[Checked]:
    """Hold a run to its rules, in their order.

    A rule without a figure is broken: where nothing is cited, say, no quote is verbatim either.

    Raises:
        InvalidRules: a rule is about a group that the run has no question of, or needs a baseline and there is none.
    """
    figures = run_figures(run)
    drops = baseline_differences(run, baseline) if baseline else None
    groups = {(part.grouping, part.value) for part in slices(run.outcomes)}
    checked = []
    for rule in rules:
        key = (rule.grouping, rule.value, rule.measure)
        if (rule.grouping, rule.value) not in groups:
            raise InvalidRules(f"expected questions for the rule on {rule.subject}, found none in {run.info.name}")
        if key not in figures:
            checked.append(Checked(rule, None, f"{rule.subject}: expected a figure, found none"))
            continue
        if rule.max_drop is not None and (drops is None or key not in drops):
            raise InvalidRules(f"expected a baseline run with {rule.subject}, found none; name it with --baseline")
        difference = drops[key] if drops is not None and rule.max_drop is not None else None
        checked.append(Checked(rule, figures[key], breach(rule, figures[key], difference)))
    return checked


def breach(rule: Rule, found: float, difference: Difference | None) -> str:
    """How a rule broke; empty where it holds."""
    if rule.minimum is not None and found < rule.minimum:
        return f"{rule.subject}: expected at least {rule.minimum:g}, found {found:.4f}"
    if rule.maximum is not None and found > rule.maximum:
        return f"{rule.subject}: expected at most {rule.maximum:g}, found {found:.4f}"
    if difference and rule.max_drop is not None and -difference.mean > rule.max_drop and difference.significant:
        ends = f"{difference.low:+.4f} to {difference.high:+.4f}"
        return f"{rule.subject}: expected a drop of at most {rule.max_drop:g}, found {difference.mean:+.4f} ({ends})"
    return ""


def run_figures(run: Run) -> dict[tuple[str, str, str], float]:
    """(grouping, value, measure) → the figure."""
    found = {
        (part.grouping, part.value, name): sum(values) / len(values)
        for part in slices(run.outcomes)
        for name, values in columns(part, run.scores)
    }
    return found | {("all", "all", name): value for name, value in totals(run.outcomes, run.scores).items()}


def baseline_differences(run: Run, baseline: Run) -> dict[tuple[str, str, str], Difference]:
    """(grouping, value, measure) → the difference to the baseline."""
    comparison = compare(baseline, run)
    return {(cell.slice.grouping, cell.slice.value, cell.measure): cell.difference for cell in comparison.cells}
