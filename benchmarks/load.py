"""A service under load, beside a FastAPI route that does nothing, in the same run.

`python -m benchmarks.load --passages 100000 --seconds 600` makes that many passages beside the shipped texts, serves
them with two workers, and measures one after the other: idle; at the limit (as much as `--clients` can ask); at half
of that. It prints a table and ends with 1 where anything but 200 was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from index.lexicon import load_lexicon
from tests.conftest import SEEDS
from tests.drills.running import KILDE, Service, children, environment, free_port

PASSAGES_A_DOCUMENT = 10
SENTENCES_A_PASSAGE, WORDS_A_SENTENCE = 3, 12
LANGUAGES = ("en", "da", "nb", "nn", "sv")
IDLE_REQUESTS = 100
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

    def milliseconds(self, route: str, percentile: float) -> float:
        return float(np.percentile(self.seconds.get(route, [0.0]), percentile)) * 1000


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


async def at_a_rate(url: str, rate: float, seconds: float, make: Callable[[], tuple[str, dict[str, object]]]) -> Seen:
    """So many requests a second, whether the ones before are answered or not."""
    seen, running = Seen(), set[asyncio.Task[None]]()
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        began = time.perf_counter()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            task = asyncio.create_task(send(client, *make(), seen))
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
    """What the service's processes hold of memory for themselves and their files, shared pages counted once each."""
    total = 0.0
    for pid in children(service, ""):
        try:
            found = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in found.splitlines() if line.startswith("Pss:")) / 1000
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


async def measure(service: Service, noop: str, words: list[str], clients: int, seconds: float) -> bool:
    """Print the table; return whether every request was answered."""
    chance = random.Random(1)

    def make() -> tuple[str, dict[str, object]]:
        return request_of(chance, words)

    def search() -> tuple[str, dict[str, object]]:
        return "/search", {"query": " ".join(chance.sample(words, 3))}

    await at_the_limit(service.url, 4, 5, make)  # Warmed up.
    at_rest, nothing = await idle(service.url, search), await idle(noop, search)
    full, held = await watched(service, at_the_limit(service.url, clients, seconds, make), max(1.0, seconds / 30))
    rate = full.count() / seconds
    half = await at_a_rate(service.url, rate / 2, max(20.0, seconds / 5), make)
    full_noop = await at_the_limit(noop, clients, min(20.0, seconds), search)
    p50 = at_rest.milliseconds("/search", 50)
    p95 = half.milliseconds("/search", 95)
    print(f"idle          /search p50 {p50:.1f} ms, p95 {at_rest.milliseconds('/search', 95):.1f} ms")
    print(f"idle, no-op   p50 {nothing.milliseconds('/search', 50):.1f} ms")
    print(
        f"at the limit  {rate:.0f} requests/s by {clients} clients, "
        f"/search p95 {full.milliseconds('/search', 95):.0f} ms, /chat p95 {full.milliseconds('/chat', 95):.0f} ms"
    )
    print(f"no-op         {full_noop.count() / min(20.0, seconds):.0f} requests/s")
    print(f"half of it    /search p95 {p95:.1f} ms, {p95 / p50:.1f} times the idle p50")
    print(f"memory        {held[len(held) // 4]:.0f} MB after a quarter, {held[-1]:.0f} MB at the end")
    wrong = at_rest.wrong + full.wrong + half.wrong
    print(f"not 200       {len(wrong)} of {full.count() + half.count() + at_rest.count()} {sorted(set(wrong))[:5]}")
    return not wrong


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        words = write_corpus(folder / "texts", given.passages, random.Random(0))
        texts = {"seeds": str(folder / "texts")}
        began = time.perf_counter()
        subprocess.run([KILDE, "index", "build"], env=environment(folder / "data", **texts), check=True)  # noqa: S603
        print(f"indexed in {time.perf_counter() - began:.0f} s")
        port = free_port()
        with (
            subprocess.Popen([sys.executable, "-c", NOOP, str(port)]) as noop,  # noqa: S603
            Service(folder / "data", "--workers", str(given.workers), **texts) as service,
        ):
            try:
                sound = asyncio.run(measure(service, f"http://127.0.0.1:{port}", words, given.clients, given.seconds))
            finally:
                noop.terminate()
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
