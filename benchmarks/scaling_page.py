"""Computes the tables of docs/scaling.md from docs/scaling.json: the plans, and what they rest on.

    python -m benchmarks.scaling_page

Everything on the page that is a number of a plan is made here; a test holds the page to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
FIGURES, PAGE = DOCS / "scaling.json", DOCS / "scaling.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SIZES = (10_000_000, 100_000_000, 1_000_000_000)
MEGA, GIGA, TERA = 10**6, 10**9, 10**12

Figures = Mapping[str, Mapping[str, Any]]


def tables(figures: Figures) -> str:
    """Both tables, as they stand on the page."""
    value = {name: float(one["value"]) for name, one in figures.items()}
    rows = [plan(value, size) for size in SIZES]
    plans = table(("", *(short(size) for size in SIZES)), [(name, *(row[name] for row in rows)) for name in rows[0]])
    measured = table(
        ("figure", "value", "from"),
        [
            (str(one["what"]), f"{number(value[name])} {one['unit']}".strip(), str(one["from"]))
            for name, one in figures.items()
        ],
    )
    return f"{plans}\n\n## What the plans rest on\n\n{measured}"


def plan(value: Mapping[str, float], passages: int) -> dict[str, str]:
    """What so many passages take, by the name of each line of the table.

    Args:
        value: the measured figures, and the assumptions (`assumed_…`), by name.
        passages: how many.
    """
    record = passages * sum(value[f"record_{part}_bytes"] for part in ("documents", "passages", "vectors"))
    dense = passages * value["dense_bytes"]
    memory = dense * value["assumed_memory_factor"] + passages * value["sparse_bytes"]
    disk = passages * (value["dense_bytes"] + value["sparse_bytes"] + value["payload_bytes"])
    copies = value["assumed_copies"]
    nodes = ceil(memory * copies / (value["assumed_node_bytes"] * value["assumed_node_share"]))
    shards = max(1, ceil(memory / (value["assumed_node_bytes"] * value["assumed_node_share"])))
    core_hours = passages * value["build_processor_ms"] / 3_600_000
    questions = value["assumed_questions_a_second"]
    cores = questions * value["question_processor_ms"] / 1000 / value["assumed_use"]
    carried = value["question_database_bytes"] + value["question_engine_bytes"] + value["question_reply_bytes"]
    written = passages * (value["build_database_bytes"] + value["build_engine_bytes"] * copies)
    messages = questions * 86_400 * value["message_bytes"]
    terms = value["assumed_heaps_k"] * (passages * value["tokens"]) ** value["assumed_heaps_b"]
    return {
        "PostgreSQL, disk": size(record),
        "… of it documents, passages, vectors": ", ".join(
            size(passages * value[f"record_{part}_bytes"]) for part in ("documents", "passages", "vectors")
        ),
        "Qdrant, memory, one copy": size(memory),
        "Qdrant, disk, one copy": size(disk),
        "Qdrant, shards": number(shards),
        f"Qdrant, nodes of {size(value['assumed_node_bytes'])} for {number(copies)} copies": number(nodes),
        "preparing and embedding by subwords, core hours": number(core_hours),
        "… cores for one day": number(ceil(core_hours / 24)),
        "tokens, for an embedding by an API": number(passages * value["tokens"] / GIGA) + " billion",
        "carried to PostgreSQL and Qdrant while it is built": size(written),
        "terms' statistics in the memory of each replica": size(terms * value["assumed_term_bytes"]),
        f"cores of replicas for {number(questions)} questions/s": number(ceil(cores)),
        f"carried by {number(questions)} questions/s": f"{size(questions * carried)}/s",
        f"conversations kept, a day of {number(questions)} questions/s": size(messages),
    }


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def short(count: int) -> str:
    """A number of passages in words."""
    return f"{count // GIGA} billion" if count >= GIGA else f"{count // MEGA} million"


def size(count: float) -> str:
    """Bytes in a unit that leaves few digits."""
    for unit, name in ((TERA, "TB"), (GIGA, "GB"), (MEGA, "MB"), (1000, "kB")):
        if count >= unit:
            return f"{number(count / unit)} {name}"
    return f"{number(count)} bytes"


def number(value: float) -> str:
    """A number with at most three digits that mean something."""
    if value >= 100:
        digits = len(str(int(value))) - 3
        return f"{round(value / 10**digits) * 10**digits:,}"
    return f"{value:.3g}"


def write_page(figures: Figures) -> None:
    """Put the tables into the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables(figures)}\n\n{END}{after}", encoding="utf-8")


def main() -> None:
    write_page(json.loads(FIGURES.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
