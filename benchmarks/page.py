"""Writes measured figures into docs/performance.md: tables between two marks, and a plot beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

PAGE = Path("docs/performance.md")
PLOT = Path("docs/images/performance.svg")
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 320, 60, 40
COLOURS = {"no filter": "#1f5fa8", "language": "#2a8a4a", "speaker": "#b3541e", "document": "#7a4fa3"}


def write_page(figures: Mapping[str, Any]) -> None:
    """Put the tables into the page, in the place of the former ones, and draw the plot."""
    text = PAGE.read_text(encoding="utf-8")
    head, tail = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    PAGE.write_text(f"{head}\n\n{tables(figures)}\n\n{tail}", encoding="utf-8")
    PLOT.write_text(plot(figures["sizes"]), encoding="utf-8")


def tables(figures: Mapping[str, Any]) -> str:
    """The tables as Markdown."""
    parts = [f"Measured on {figures['machine']}. Times are of one core's processor, in milliseconds a question."]
    if figures["sizes"]:
        parts += [_times(figures["sizes"]), _sizes(figures["sizes"])]
    if built := figures.get("building"):  # Figures that were kept before it was measured have none.
        parts += ["Builds from end to end, of documents as files, with two processes:", _building(built)]
    if figures["peers"]:
        parts.append(f"Beside peers, at {figures['peers_size']:,} passages, in one run:")
        parts.append(_peers(figures["peers"]))
    parts += [_table(("starting", "seconds of processor time"), figures["start"].items())]
    parts.append("Over HTTP, with one worker over the five texts:")
    parts.append(_edge(figures["edge"]))
    parts.append("What `make check-speed` holds, less being better:")
    parts.append(_table(("ratio", "kept"), figures["check"].items()))
    return "\n\n".join(parts)


def _times(sizes: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (f"{one['size']:,}", name, *(times[key] for key in ("p50", "p95", "p99", "per_second")), times["recall"] or "")
        for one in sizes
        for name, times in one["times"].items()
    ]
    return _table(("passages", "filter", "p50", "p95", "p99", "questions/s", "recall@20"), rows)


def _sizes(sizes: Sequence[Mapping[str, Any]]) -> str:
    keys = ("memory", "disk", "rate", "open_seconds", "first_answer_seconds", "update_seconds", "update_longest")
    keys += ("p95_alone", "p95_while_updating")
    head = ("passages", "memory, bytes a passage", "disk", "indexed/s", "opened, s", "first answer, s", "update, s")
    head += ("longest", "p95 alone, ms")
    rows = [(f"{one['size']:,}", *("" if one[key] is None else one[key] for key in keys)) for one in sizes]
    return _table((*head, "during updates"), rows)


def _building(built: Sequence[Mapping[str, Any]]) -> str:
    keys = ("files", "passages", "words", "seconds", "per_second", "processor_ms", "again_seconds")
    head = ("files", "passages", "words of each", "built, s", "passages/s by the clock", "processor ms a passage")
    return _table((*head, "again with nothing changed, s"), [[one[key] for key in keys] for one in built])


def _edge(routes: Sequence[Mapping[str, Any]]) -> str:
    base = routes[0]["per_second"]
    rows = [
        (
            one["name"],
            one["per_second"],
            f"{one['per_second'] / base:.0%}",
            one["per_second_clock"],
            *(one[key] for key in ("p50", "p95", "p99")),
        )
        for one in routes
    ]
    head = ("route", "requests/s a core", "of the no-op", "by the clock", "p50 at half of it, ms", "p95", "p99")
    return _table(head, rows)


def _peers(peers: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for peer in peers:
        if peer["reason"]:
            rows.append((peer["name"], f"left out: {peer['reason']}", "", "", "", "", ""))
            continue
        same, across, filtered = peer["same_language"], peer["across"], peer["filtered"]
        by_language = filtered["p50"] if filtered else ""
        rows.append(
            (
                peer["name"],
                same["p50"],
                same["p95"],
                by_language,
                "" if same["recall"] is None else same["recall"],
                "" if across["recall"] is None else across["recall"],
                peer["build_seconds"],
            )
        )
    head = ("system", "p50", "p95", "p50, one language", "recall@20, same language", "another language", "build, s")
    return _table(head, rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def plot(sizes: Sequence[Mapping[str, Any]]) -> str:
    """Median milliseconds by number of passages, both on logarithmic axes, one line a filter, as SVG."""
    values = [times["p50"] for one in sizes for times in one["times"].values()]
    counts = [one["size"] for one in sizes]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(min(counts)), math.log10(max(max(counts), min(counts) * 10))

    def x(count: float) -> float:
        return LEFT + (math.log10(count) - first) / (last - first) * (WIDTH - LEFT - 130)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / max(1, high - low) * (HEIGHT - BOTTOM - 20)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12" role="img"><title>Median milliseconds a question by number of passages</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    ]
    for power in range(low, high + 1):
        at = y(10**power)
        parts.append(f'<line x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH - 130}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:g} ms</text>')
    parts += [f'<text x="{x(count):.1f}" y="{HEIGHT - 18}" text-anchor="middle">{count:,}</text>' for count in counts]
    for place, (name, colour) in enumerate(COLOURS.items()):
        points = [(x(one["size"]), y(one["times"][name]["p50"])) for one in sizes]
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3" fill="{colour}"/>' for across, down in points]
        parts.append(f'<text x="{WIDTH - 120}" y="{40 + 18 * place}" fill="{colour}">{name}</text>')
    return "".join([*parts, "</svg>\n"])
