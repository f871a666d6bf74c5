"""GET /metrics: what is asked, how it is answered, how long it takes, and in what state the indexes are.

Where several workers serve, prometheus_client keeps the counts in files that all of them share (its multiprocess
mode), and any of them answers for all.
"""

from __future__ import annotations

import os
from collections import Counter as Counted
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from index.errors import IndexUnavailable
from index.records import Hit
from service.assistant import Assistant
from service.records import Reply
from service.watch import Stage

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
OTHER = "other"
"""The name of paths and methods that are not ours: there is no end of them, and each would be a series of its own."""
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where workers share their counts; prometheus_client reads it when it is imported."""


class RequestMetrics:
    """What is counted of requests."""

    def __init__(self, registry: CollectorRegistry | None) -> None:
        self.requests = Counter("kilde_http_requests", "Requests.", ["method", "route", "status"], registry=registry)
        self.seconds = Histogram(
            "kilde_http_request_seconds", "Until the response began.", ["route"], registry=registry, buckets=SECONDS
        )
        self.in_progress = Gauge(
            "kilde_http_requests_in_progress",
            "Requests that are being answered.",
            registry=registry,
            multiprocess_mode="livesum",
        )


class AnswerMetrics:
    """What is counted of answers, whoever asked."""

    def __init__(self, registry: CollectorRegistry | None) -> None:
        self.answers = Counter(
            "kilde_answers",
            "Questions by outcome: answered, near (the texts may answer it in other words), abstained.",
            ["language", "outcome", "mode"],
            registry=registry,
        )
        self.stages = Histogram(
            "kilde_answer_stage_seconds",
            "Stages of an answer; wait: for a free place.",
            ["stage"],
            registry=registry,
            buckets=SECONDS,
        )
        self.at_stage = Gauge(
            "kilde_answers_at_stage",
            "Answers at each stage now; wait: the queue.",
            ["stage"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.hits = Counter("kilde_hits", "Passages retrieved.", ["language"], registry=registry)
        self.dropped = Counter(
            "kilde_sentences_dropped", "A model's sentences that could not be verified.", ["fault"], registry=registry
        )
        self.unverified = Counter(
            "kilde_quotes_dropped", "Quotes that did not stand in the stored text.", registry=registry
        )
        self.unkept = Counter(
            "kilde_answers_not_kept", "Answers whose conversation could not be stored.", registry=registry
        )
        self.repairs = Counter(
            "kilde_index_repairs", "Indexes built anew because they were damaged.", ["part"], registry=registry
        )
        self.troubles = Counter(
            "kilde_model_errors", "Answers that a model failed at, by why.", ["trouble"], registry=registry
        )

    def note_reply(self, reply: Reply) -> None:
        """Count an answer by its outcome, and what verification dropped of it."""
        answer = reply.answer
        outcome = "answered" if answer.answered else "near" if answer.near else "abstained"
        self.answers.labels(answer.language, outcome, answer.mode).inc()
        self.unverified.inc(answer.unverified)
        self.unkept.inc(not reply.kept)
        if answer.verification is not None:
            for fault, count in answer.verification.dropped.items():
                self.dropped.labels(fault).inc(count)
            if answer.verification.trouble:
                self.troubles.labels(answer.verification.trouble).inc()

    def note_hits(self, hits: Sequence[Hit]) -> None:
        """Count passages by language."""
        for language, count in Counted(hit.passage.language for hit in hits).items():
            self.hits.labels(language).inc(count)

    def note_repair(self, part: str) -> None:
        """Count an index that was built anew."""
        self.repairs.labels(part).inc()

    @contextmanager
    def stage(self, name: Stage) -> Generator[None, None, None]:
        """Time a stage, and count who is at it."""
        with self.at_stage.labels(name).track_inprogress(), self.stages.labels(name).time():
            yield


class StateCollector(Collector):
    """The state of the record and the indexes at the moment when somebody looks."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def collect(self) -> Iterator[Metric]:
        """The gauges; none of the counts where the record cannot be read."""
        library = self._assistant.library
        usable = GaugeMetricFamily("kilde_part_usable", "1 where the part is as it should be.", labels=["part"])
        for part, condition in library.conditions().items():
            usable.add_metric([part], condition == "ok")
        yield usable
        try:
            passages, documents, lag = library.record.count(), library.record.count_documents(), library.lag()
        except IndexUnavailable:
            return
        counts = GaugeMetricFamily("kilde_passages", "Passages in the record.", labels=["language"])
        for language, count in passages.items():
            counts.add_metric([language], count)
        yield counts
        yield GaugeMetricFamily("kilde_documents", "Documents in the record.", documents)
        behind = GaugeMetricFamily(
            "kilde_index_lag",
            "Passages in the record that the index does not hold yet; those of the vectors are compared one by one.",
            labels=["part"],
        )
        for part, count in lag.items():
            behind.add_metric([part], count)
        yield behind


def install(app: FastAPI, assistant: Assistant) -> RequestMetrics:
    """Count every answer of this process, and serve the figures; requests are to be counted by who sees them."""
    registry = CollectorRegistry()
    shared = bool(os.environ.get(SHARED_FOLDER))
    own = None if shared else registry
    if shared:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no annotations
    registry.register(StateCollector(assistant))
    answers = AnswerMetrics(own)
    watch = assistant.watch
    watch.replies.append(answers.note_reply)
    watch.hits.append(answers.note_hits)
    watch.stages.append(answers.stage)
    assistant.library.on_repair(answers.note_repair)

    @app.get("/metrics", tags=["operation"], responses={200: {"content": {"text/plain": {}}}})
    def metrics() -> Response:
        """Requests, answers by outcome and language, times, and the state of the indexes, in Prometheus's format."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return RequestMetrics(own)
