"""The same search whatever the engine: on this machine, with Chroma on a server, and on Qdrant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from index.adding import add, remove_documents
from index.build import build
from index.library import Library
from index.records import Filters, Hit
from service.http.chroma_run import answers, end, free_port, start_server
from tests.index.making import TEXTS, find, opened, write_texts
from tests.qdrant_server import qdrant_server

pytestmark = pytest.mark.timeout(900)
"""Servers are started; the machine may be busy."""

SEEDS = Path(__file__).parents[2] / "seeds"
ENGINES = ("embedded", "chroma server", "qdrant folder", "qdrant server")
QUESTIONS = (
    ("what do the authors think about ROI?", "en"),
    ("Hvorfor skal virksomheder bruge sociale medier?", "da"),
    ("kundservice och förtroende", "sv"),
    ("Hva er galt med kommersialisering?", "nb"),
    ("kommersialiseringsprat", "nn"),
    ("what is it?", "en"),
    ("socal mdeia", "en"),
    ("…", "en"),
)
CLOSE = 0.002
"""Scores nearer to one another than this are a tie: a server may keep cosines in single precision."""


@contextmanager
def engine(name: str, folder: Path) -> Iterator[dict[str, str | int]]:
    """What a library has to be opened with."""
    with ExitStack() as stack:
        if name == "chroma server":
            port = free_port()
            process = start_server(folder / "chroma", port)
            stack.callback(end, process)
            assert answers(process, port), "the Chroma server does not answer"
            yield {"chroma_url": f"http://127.0.0.1:{port}", "vector_index_above": 0}
        elif name == "qdrant folder":
            yield {"index_url": f"qdrant://{folder / 'qdrant'}"}
        elif name == "qdrant server":
            yield {"index_url": stack.enter_context(qdrant_server()).url}
        else:
            yield {}


@pytest.fixture(params=ENGINES)
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """A library of TEXTS over each engine."""
    with engine(request.param, tmp_path) as options, opened(tmp_path, **options) as found:
        build(found, write_texts(tmp_path / "texts"))
        yield found


def put(library: Library, name: str, text: str) -> str:
    file = library.data_dir / f"{name}.txt"
    file.write_text(text, encoding="utf-8")
    return add(library, file, name, path=f"{name}.txt")


def test_words_find_passages_in_every_language(library: Library) -> None:
    """A question finds passages by words of its own language, and by concepts those in others."""
    assert find(library, "Who kneads the dough?")[0] == "bread"
    assert find(library, "Vem kommer hem med torsk?", "sv")[0] == "sea"
    assert find(library, "Where do the fishermen row?")[0] == "sea"
    hits = library.retriever.search("the train leaves the station", language="en")
    assert hits[0].passage.document_id == "trains"
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert all(one.score >= other.score for one, other in pairwise(hits))
    assert library.conditions() == {"record": "ok", "lexical": "ok", "vectors": "ok"}


def test_letters_find_what_words_do_not(library: Library) -> None:
    """An unknown spelling finds its likeness by vector."""
    assert find(library, "stationsbyggnadsarbete", "sv")[0] == "trains"


def test_vectors_are_searched_by_themselves(library: Library) -> None:
    """Every passage has its vector, the nearest first."""
    library.warm_up()
    vector = library.embedding.embed(["the train leaves the station"])[0]
    near = library.vectors.search(vector, ["en"], 10)["en"]
    assert near[0][0].startswith("trains:")
    assert [cosine for _, cosine in near] == sorted((cosine for _, cosine in near), reverse=True)
    assert sum(len(some) for some in library.vectors.search(vector).values()) == library.lexical.count()


def test_filters_hold(library: Library) -> None:
    """Nothing outside the languages, documents and speakers asked for, and within them also what shares no word."""
    search = library.retriever.search
    by_language = search("dough station", language="en", filters=Filters(languages=frozenset({"sv"})))
    assert {hit.passage.language for hit in by_language} == {"sv"}
    by_document = search("dough station", language="en", filters=Filters(documents=frozenset({"sea"})))
    assert {hit.passage.document_id for hit in by_document} == {"sea"}
    assert search("dough", language="en", filters=Filters(speakers=frozenset({"nobody"}))) == []


def test_a_change_is_found_at_once(library: Library) -> None:
    """A document that is added, replaced or removed is searched in that version with the next question."""
    assert put(library, "wombat", "The wombat sleeps in its burrow.") == "added"
    assert find(library, "Where does the wombat sleep?")[0] == "wombat"
    assert put(library, "wombat", "The giraffe eats leaves from the acacia.") == "replaced"
    hits = library.retriever.search("Which animal eats leaves from the acacia?", language="en")
    assert "giraffe" in hits[0].passage.text
    assert not any("burrow" in hit.passage.text for hit in hits)
    assert library.lexical.count() == sum(library.record.count().values())
    assert remove_documents(library, ["wombat"]) == []
    assert "wombat" not in find(library, "Which animal eats leaves from the acacia?")
    assert library.lexical.count() == sum(library.record.count().values())
    assert not library.look_after()
    assert library.lag() == {"lexical": 0, "vectors": 0}


def test_how_rare_a_word_is_follows_the_documents(library: Library) -> None:
    """A word counts as known while a passage has it, and no longer."""
    term = library.analyzer.question("Wombat", "en").terms[0]
    assert library.lexical.document_frequency(term) == 0
    put(library, "wombat", "The wombat sleeps. Nobody wakes the wombat.")
    assert library.lexical.document_frequency(term) == 1
    remove_documents(library, ["wombat"])
    assert library.lexical.correct(library.analyzer.question("duogh", "en")).corrections


def test_a_passage_is_explained(library: Library) -> None:
    """Which terms met, and what each gave, is told as on every engine."""
    hit = library.retriever.search("Who kneads the dough?", language="en")[0]
    question = library.analyzer.question("Who kneads the dough?", "en")
    assert "dough" in {one.asked for one in library.lexical.explain(question, hit.passage)}


def test_engines_find_the_same(tmp_path: Path) -> None:
    """Over real texts every engine has the same hits in the same order, but for ties."""
    expected: dict[tuple[str, Filters], list[Hit]] = {}
    filters = (Filters(), Filters(languages=frozenset({"sv"})), Filters(speakers=frozenset({"annelie näs", "krister"})))
    for name in ENGINES:
        folder = tmp_path / name.replace(" ", "-")
        folder.mkdir()
        with engine(name, folder) as options, opened(folder, **options) as library:
            build(library, SEEDS)
            library.warm_up()
            for text, language in QUESTIONS:
                for wanted in filters:
                    hits = library.retriever.search(text, language=language, filters=wanted)
                    assert_same(expected.setdefault((text, wanted), hits), hits, f"{name}: {text}")


def assert_same(expected: list[Hit], found: list[Hit], where: str) -> None:
    """The same scores in the same places, and the same passages where no other one has such a score."""
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=CLOSE), where
    for place, (one, other) in enumerate(zip(expected, found, strict=True)):
        if one.passage.id != other.passage.id:
            around = expected[max(0, place - 3) : place + 4]
            ties = sum(abs(hit.score - one.score) < CLOSE for hit in around)
            assert ties > 1 or place == len(expected) - 1, f"{where}: {one.passage.id} is not {other.passage.id}"


def test_an_engine_is_opened_again_as_it_was(tmp_path: Path) -> None:
    """Another process finds what the first one wrote, and writes nothing."""
    with engine("qdrant server", tmp_path) as options:
        with opened(tmp_path, **options) as library:
            build(library, write_texts(tmp_path / "texts"))
        with opened(tmp_path, **options) as again:
            assert not again.look_after()
            assert find(again, "Who kneads the dough?")[0] == "bread"
            assert sum(again.record.count().values()) == again.lexical.count() >= len(TEXTS)
