"""What a passage, a message and a question take on PostgreSQL, on Qdrant and on the network.

    python -m benchmarks.scaling --documents 500 --write

Builds an index of documents made of the shipped texts' sentences over a real PostgreSQL server and a server that plays
Qdrant's HTTP interface, asks questions through relays that count, and writes docs/scaling.json, from which
docs/scaling.md is computed. What a real Qdrant keeps in memory and on its disk is not measured: there is none here.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from qdrant_client import QdrantClient
from sqlalchemy import text

from benchmarks.relay import Relay
from benchmarks.scaling_page import FIGURES, write_page
from index.build import build
from index.library import Library
from index.qdrant.points import scored_of
from index.record import Record
from index.scoring import HEADER
from index.sentences import sentences
from index.subwords import SubwordEmbedding
from index.tokens import count_tokens
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.records import ChatRequest
from service.settings import Settings
from service.wire import ReplyModel
from tests import postgresql
from tests.conftest import SEEDS
from tests.qdrant_server import QdrantServer, qdrant_server

COMMAND = "python -m benchmarks.scaling"
SENTENCES = 40
"""Of a document: about ten passages."""
QUESTIONS = (
    *("what do the authors think about ROI?", "Hvad siger de om kundeservice?", "Hva mener forfatterne om tillit?"),
    *("Vad är poängen med sociala medier?", "Kva seier tekstane om innovasjon?"),
)
ROUNDS = 8
SPARSE_BYTES = 8
"""Of a term in a sparse vector: an index of 32 bits, a value of 32 bits."""
PARTS = {
    "documents": ("documents", "extractions", "segments", "changes"),
    "passages": ("passages",),
    "vectors": ("vectors",),
}
"""The tables of the record that grow with the passages, by what they hold."""


def write_documents(folder: Path, count: int) -> Path:
    """Write documents of sentences of the shipped texts, each of one text's, in an order of its own."""
    choose = random.Random(7)
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    split = [[piece[span.start : span.end] for span in sentences(piece, 0, len(piece), "da")] for piece in texts]
    folder.mkdir()
    for number in range(count):
        said = [" ".join(one.split()) for one in choose.choices(split[number % len(split)], k=SENTENCES)]
        paragraphs = [" ".join(said[start : start + 4]) for start in range(0, SENTENCES, 4)]
        (folder / f"d{number:05}.txt").write_text(f"Number {number}\n\n" + "\n\n".join(paragraphs), encoding="utf-8")
    return folder


def sizes(record: Record) -> dict[str, int]:
    """Bytes of each table with its indexes, out-of-line values and free space, after what is dead was cleared."""
    with record.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM"))
        query = "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200"
        return {name: int(size) for name, size in connection.execute(text(query))}


def processor_seconds() -> float:
    """Of this process and those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measure(documents: int) -> dict[str, float]:
    """Everything that this machine can tell."""
    with tempfile.TemporaryDirectory() as name, postgresql.server() as server, qdrant_server() as qdrant:
        folder, engine_port = Path(name), int(qdrant.url.rpartition(":")[2])
        with Relay(server.port) as database, Relay(engine_port) as engine:
            texts = write_documents(folder / "texts", documents)
            settings = Settings(
                _env_file=None,
                data_dir=folder / "data",
                seeds=texts,
                database_url=server.new_database().replace(f":{server.port}/", f":{database.port}/"),
                index_url=f"qdrant://127.0.0.1:{engine.port}",
                llm_model="",
            )
            with open_assistant(settings) as assistant:
                began = processor_seconds()
                build(assistant.library, texts, workers=2)
                seconds = processor_seconds() - began
                carried = {"build_database_bytes": database.total, "build_engine_bytes": engine.total}
                found = stored(assistant.library, seconds)
                found |= {name: total / found["passages"] for name, total in carried.items()}
                found |= of_points(qdrant)
                found |= asked(assistant, database, engine)
            return found | {"question_processor_ms": question_processor_ms(folder, texts)}


def of_points(qdrant: QdrantServer) -> dict[str, float]:
    """What a point has: its numbers as Qdrant's types for them are wide, its payload as it was sent."""
    client = QdrantClient(qdrant.url.replace("qdrant", "http", 1), check_compatibility=False)
    name = max(qdrant.names(), key=lambda name: client.count(name).count)
    found, _ = client.scroll(name, limit=1000, with_payload=True)
    payloads = [point.payload or {} for point in found]
    client.close()
    scored = [np.frombuffer(scored_of(payload)[HEADER.itemsize :], dtype="<u8") for payload in payloads]
    return {
        "dense_bytes": SubwordEmbedding().dimensions * np.dtype(np.float16).itemsize,
        "sparse_bytes": float(np.mean([len(np.unique(one >> np.uint64(32))) for one in scored])) * SPARSE_BYTES,
        "payload_bytes": float(np.mean([len(json.dumps(payload).encode()) for payload in payloads])),
    }


def stored(library: Library, seconds: float) -> dict[str, float]:
    """What a passage takes in the record, and to make it."""
    passages = sum(library.record.count().values())
    tables = sizes(library.record)
    found = {f"record_{part}_bytes": sum(tables[name] for name in names) / passages for part, names in PARTS.items()}
    tokens = [count_tokens(one.text) for batch in library.record.all_passages() for one in batch]
    return {
        "passages": passages,
        **found,
        "tokens": sum(tokens) / passages,
        "build_processor_ms": seconds / passages * 1000,
    }


def asked(assistant: Assistant, database: Relay, engine: Relay) -> dict[str, float]:
    """What a question carries between a replica, the database and Qdrant, and what its message takes."""
    assistant.warm_up()
    for question in QUESTIONS:  # What is read once and then kept is not counted.
        assistant.ask(ChatRequest(question))
    for relay in (database, engine):
        relay.reset()
    replies = 0
    for _ in range(ROUNDS):
        for question in QUESTIONS:
            replies += len(ReplyModel.of(assistant.ask(ChatRequest(question))).model_dump_json().encode())
    count = ROUNDS * len(QUESTIONS)
    tables = sizes(assistant.library.record)
    return {
        "question_database_bytes": database.total / count,
        "question_engine_bytes": engine.total / count,
        "question_reply_bytes": replies / count,
        "message_bytes": (tables["messages"] + tables["conversations"]) / (count + len(QUESTIONS)),
    }


def question_processor_ms(folder: Path, texts: Path) -> float:
    """Processor time of an answer in a process that searches by itself: the server that plays Qdrant is no measure."""
    with open_assistant(Settings(_env_file=None, data_dir=folder / "here", seeds=texts, llm_model="")) as assistant:
        build(assistant.library, texts, workers=2)
        assistant.warm_up()
        for question in QUESTIONS:
            assistant.ask(ChatRequest(question))
        began = time.process_time()
        for _ in range(ROUNDS):
            for question in QUESTIONS:
                assistant.ask(ChatRequest(question))
        return (time.process_time() - began) / (ROUNDS * len(QUESTIONS)) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--write", action="store_true", help="into docs/scaling.json and docs/scaling.md")
    given = parser.parse_args()
    found = {name: round(value, 3) for name, value in measure(given.documents).items()}
    print(json.dumps(found, indent=1))
    if given.write:
        figures = json.loads(FIGURES.read_text(encoding="utf-8"))
        for name, value in found.items():
            figures[name] |= {"value": value, "from": f"`{COMMAND} --documents {given.documents}`"}
        FIGURES.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_page(figures)


if __name__ == "__main__":
    main()
