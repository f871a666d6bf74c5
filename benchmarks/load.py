"""A service under load, beside a FastAPI route that does nothing, in the same run.

`python -m benchmarks.load --passages 100000 --seconds 600 --write` makes that many passages beside the shipped texts,
serves them with two workers, and measures one after the other: idle; at the limit (as much as `--clients` can ask); at
half of that. It prints a table, puts it into docs/operations.md with `--write`, and ends with 1 where anything but 200
was answered, memory grew, or the tail is longer than it should be. `--folder` keeps texts and index for the next run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np

from benchmarks import load_report
from benchmarks.load_report import Figures, Times
from index.lexicon import load_lexicon
from tests.conftest import ROOT, SEEDS
from tests.drills.running import KILDE, Service, children, environment, free_port

PASSAGES_A_DOCUMENT = 10
SENTENCES_A_PASSAGE, WORDS_A_SENTENCE = 3, 12
LANGUAGES = ("en", "da", "nb", "nn", "sv")
IDLE_REQUESTS = 200
USERS_A_CLIENT = 4
"""At half of the limit requests come on so many more connections, chosen at random: they are different people's."""
NOOP_SECONDS = 20.0
NOOP = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.post("/search")
async def search() -> dict[str, str]:
    return {}
uvicorn.run(app, port=int(sys.argv[1]), log_level="critical")
"""


@dataclass
class Seen:
    """Seconds by route, and answers that were not 200."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def count(self) -> int:
        return sum(len(found) for found in self.seconds.values())

    def times(self, route: str) -> Times:
        found = self.seconds.get(route) or [0.0]
        median, p95, p99, slowest = (float(np.percentile(found, share)) * 1000 for share in (50, 95, 99, 100))
        return Times(len(self.seconds.get(route, [])), median, p95, p99, slowest)


def write_corpus(folder: Path, passages: int, chance: random.Random) -> list[str]:
    """The shipped texts and as many passages of the lexicon's own words; returns words to ask for."""
    shutil.copytree(SEEDS, folder)
    lexicon = load_lexicon()
    words = {language: sorted(lexicon.words(language)) for language in LANGUAGES}
    for number in range(passages // PASSAGES_A_DOCUMENT):
        chosen = words[LANGUAGES[number % len(LANGUAGES)]]
        paragraphs = [
            " ".join(
                " ".join(chance.choices(chosen, k=WORDS_A_SENTENCE)).capitalize() + "."
                for _ in range(SENTENCES_A_PASSAGE)
            )
            for _ in range(PASSAGES_A_DOCUMENT)
        ]
        (folder / f"made{number:06}.txt").write_text(f"Number {number}\n\n" + "\n\n".join(paragraphs) + "\n", "utf-8")
    return [word for language in LANGUAGES for word in chance.sample(words[language], 400)]


def request_of(chance: random.Random, words: list[str]) -> tuple[str, dict[str, object]]:
    """A search, or one time in five a question."""
    text = " ".join(chance.sample(words, 3))
    return ("/chat", {"message": f"{text}?"}) if chance.random() < 0.2 else ("/search", {"query": text})


async def send(client: httpx.AsyncClient, route: str, body: dict[str, object], seen: Seen) -> None:
    began = time.perf_counter()
    try:
        status = (await client.post(route, json=body)).status_code
    except httpx.HTTPError as error:
        status = type(error).__name__  # type: ignore[assignment]  # only shown
    seen.seconds.setdefault(route, []).append(time.perf_counter() - began)
    if status != 200:
        seen.wrong.append(f"{route}: {status}")


async def at_the_limit(
    url: str, clients: int, seconds: float, make: Callable[[], tuple[str, dict[str, object]]]
) -> Seen:
    """As many requests as so many clients can send, each waiting for its answer."""
    seen, end = Seen(), time.perf_counter() + seconds

    async def one() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            while time.perf_counter() < end:
                await send(client, *make(), seen)

    await asyncio.gather(*(one() for _ in range(clients)))
    return seen


async def at_a_rate(
    url: str, rate: float, seconds: float, users: int, make: Callable[[], tuple[str, dict[str, object]]]
) -> Seen:
    """So many requests a second, whether the ones before are answered or not, each on the connection of some user."""
    seen, running, chance = Seen(), set[asyncio.Task[None]](), random.Random(2)
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60)) for _ in range(users)]
        began = time.perf_counter()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            task = asyncio.create_task(send(chance.choice(clients), *make(), seen))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)
    return seen


async def idle(url: str, make: Callable[[], tuple[str, dict[str, object]]]) -> Seen:
    """One search after the other, with a pause between."""
    seen = Seen()
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        for _ in range(IDLE_REQUESTS):
            await send(client, *make(), seen)
            await asyncio.sleep(0.02)
    return seen


def megabytes(service: Service) -> float:
    """What the service's processes hold of memory for themselves, shared pages counted once each.

    Pages of mapped files do not count: they come with every part of an index that is read for the first time, until all
    of it is there, and the kernel takes them back where it needs them.
    """
    total = 0.0
    for pid in children(service, ""):
        try:
            found = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        except OSError:
            continue
        total += (
            sum(int(line.split()[1]) for line in found.splitlines() if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
            / 1000
        )
    return total


async def watched(service: Service, work: Awaitable[Seen], every: float) -> tuple[Seen, list[float]]:
    """Do the work, and look at the memory meanwhile."""
    held: list[float] = []

    async def look() -> None:
        while True:
            held.append(await asyncio.to_thread(megabytes, service))
            await asyncio.sleep(every)

    looking = asyncio.create_task(look())
    try:
        return await work, held
    finally:
        looking.cancel()


def around(held: Sequence[float], share: float) -> float:
    """The median of a tenth of the looks that ends after this share of them.

    Garbage that is waiting to be collected makes a single look some per cent higher or lower.
    """
    end = max(1, round(len(held) * share))
    return statistics.median(held[max(0, end - max(1, len(held) // 10)) : end])


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured. `indexed_seconds` is what indexing took, 0 where an index was there."""

    passages: int
    workers: int
    clients: int
    seconds: float
    indexed_seconds: float
    data: Path


async def measure(service: Service, noop: str, words: list[str], plan: Plan) -> Figures:
    """Go through the phases."""
    chance = random.Random(1)

    def make() -> tuple[str, dict[str, object]]:
        return request_of(chance, words)

    def search() -> tuple[str, dict[str, object]]:
        return "/search", {"query": " ".join(chance.sample(words, 3))}

    users, half_seconds = plan.clients * USERS_A_CLIENT, max(NOOP_SECONDS, plan.seconds / 5)
    await at_the_limit(service.url, 4, 5, make)  # Warmed up.
    at_rest, nothing = await idle(service.url, search), await idle(noop, search)
    started = megabytes(service)
    work = at_the_limit(service.url, plan.clients, plan.seconds, make)
    full, held = await watched(service, work, max(1.0, plan.seconds / 60))
    rate = full.count() / plan.seconds
    half = await at_a_rate(service.url, rate / 2, half_seconds, users, make)
    full_noop = await at_the_limit(noop, plan.clients, NOOP_SECONDS, search)
    half_noop = await at_a_rate(noop, rate / 2, NOOP_SECONDS, users, search)
    return Figures(
        when=datetime.now(UTC).strftime("%Y-%m-%d"),
        machine=f"{os.cpu_count()} processor cores",
        passages=plan.passages,
        workers=plan.workers,
        clients=plan.clients,
        seconds=plan.seconds,
        indexed_seconds=plan.indexed_seconds,
        disk_megabytes=sum(path.stat().st_size for path in plan.data.rglob("*") if path.is_file()) / 1e6,
        idle_search=at_rest.times("/search"),
        idle_noop=nothing.times("/search"),
        limit_rate=rate,
        limit_search=full.times("/search"),
        limit_chat=full.times("/chat"),
        noop_rate=full_noop.count() / NOOP_SECONDS,
        half_rate=half.count() / half_seconds,
        half_search=half.times("/search"),
        half_chat=half.times("/chat"),
        half_noop=half_noop.times("/search"),
        memory_started=started,
        memory_quarter=around(held, 0.25),
        memory_end=around(held, 1.0),
        requests=at_rest.count() + full.count() + half.count(),
        wrong=dict(Counter(at_rest.wrong + full.wrong + half.wrong)),
    )


def prepare(folder: Path, passages: int) -> tuple[list[str], float]:
    """Texts and index in a folder, where they are not there yet; the words to ask for, and how long indexing took."""
    words_file = folder / "words.json"
    if words_file.exists():
        return list(json.loads(words_file.read_text(encoding="utf-8"))), 0.0
    words = write_corpus(folder / "texts", passages, random.Random(0))
    began = time.perf_counter()
    settings = environment(folder / "data", seeds=str(folder / "texts"))
    subprocess.run([KILDE, "index", "build"], env=settings, check=True)  # noqa: S603 - our own command
    seconds = time.perf_counter() - began
    words_file.write_text(json.dumps(words), encoding="utf-8")
    return words, seconds


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where texts and index are kept; another number needs another one")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/operations.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        words, indexed = prepare(folder, given.passages)
        plan = Plan(given.passages, given.workers, given.clients, given.seconds, indexed, folder / "data")
        port, log_file = free_port(), folder / "service.log"
        log_file.unlink(missing_ok=True)  # Of the run before.
        with (
            subprocess.Popen([sys.executable, "-c", NOOP, str(port)]) as noop,  # noqa: S603 - our own command
            Service(plan.data, "--workers", str(given.workers), log=log_file, seeds=str(folder / "texts")) as service,
        ):
            try:
                found = asyncio.run(measure(service, f"http://127.0.0.1:{port}", words, plan))
            finally:
                noop.terminate()
            log = log_file.read_text(encoding="utf-8")
    print(load_report.table(found))
    if given.write:
        load_report.write(found, ROOT)
    faults = [*found.faults(), *(f"log: {line}" for line in log.splitlines() if '"level": "INFO"' not in line)]
    print("\n".join(faults[:20]) or "all as it should be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
