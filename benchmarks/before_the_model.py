"""How long Kilde works on a question before a language model is called: `python -m benchmarks.before_the_model`.

Asks every question of a set, over the documents that are shipped, with a model that answers nothing, and takes the
time from the request to the call. The first questions are asked once before, so that everything is loaded. The time
of the processor is that of the thread which answers: it tells what the machine is not busy with otherwise.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from index.build import build
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.model.client import Message, ModelClient
from service.model.trouble import ModelTrouble
from service.records import ChatRequest
from service.settings import Settings

QUESTIONS = Path("evaluation/questions/seeds.jsonl")
WARM_UP = 20


def called(
    client: ModelClient,
    messages: Sequence[Message],
    *,
    max_tokens: int,
    seconds: float,
    stopped: Callable[[], bool],
) -> Generator[str, None, None]:
    """In the place of `ModelClient.stream`: notes when, and fails."""
    CALLS.append((time.perf_counter(), time.thread_time()))
    raise ModelTrouble("empty")
    yield


CALLS: list[tuple[float, float]] = []


def measure(assistant: Assistant, question: str) -> tuple[float, float] | None:
    """Milliseconds until the model was called, and of the processor; None if it was not, as the texts do not answer."""
    CALLS.clear()
    began, worked = time.perf_counter(), time.thread_time()
    assistant.ask(ChatRequest(question, keep=False))
    return ((CALLS[0][0] - began) * 1000, (CALLS[0][1] - worked) * 1000) if CALLS else None


def main() -> None:
    """Print the percentiles and the slowest questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="a question set (JSON lines)")
    parser.add_argument("--seeds", type=Path, default=Path("seeds"), help="the documents")
    arguments = parser.parse_args()
    questions = [json.loads(line)["question"] for line in arguments.questions.read_text("utf-8").splitlines()]
    ModelClient.stream = called  # type: ignore[method-assign]  # it stands for the model
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), seeds=arguments.seeds, llm_model="none")
        with open_assistant(settings) as assistant:
            build(assistant.library, settings.seeds)
            for question in questions[:WARM_UP]:
                measure(assistant, question)
            times = {question: measure(assistant, question) for question in questions}
    taken = {question: time for question, time in times.items() if time is not None}
    print(f"{len(times)} questions, {len(taken)} of them put to the model")
    for place, what in enumerate(("by the clock", "of the processor")):
        cuts = statistics.quantiles([time[place] for time in taken.values()], n=100)
        print(f"milliseconds {what}: p50 {cuts[49]:.1f}, p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f}")
    for question, (clock, processor) in sorted(taken.items(), key=lambda pair: -pair[1][1])[:5]:
        print(f"  {clock:.1f} {processor:.1f}  {question}")


if __name__ == "__main__":
    main()
