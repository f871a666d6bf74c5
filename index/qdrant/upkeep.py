"""Brings the passages in Qdrant up to the record, whatever was interrupted; several replicas share them.

A change is made in four steps, each of which may be the last: the documents under way are noted, their new passages
are put beside the old ones, the record is changed, and one write notes the new generation with the new statistics.
Only then are the old passages removed. At every moment Qdrant has whatever version the record has.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from index.basis import Basis
from index.embedder import Progress
from index.embedding import embed_question
from index.errors import EmbeddingUnavailable, EngineAway, IndexUnavailable
from index.exchange import NewVersion
from index.nearest import document_of
from index.packing import Packing
from index.preparing import prepare_anew
from index.qdrant.client import Connection
from index.qdrant.collection import Collections
from index.qdrant.points import Point, points
from index.qdrant.state import State, States
from index.qdrant.statistics import counted, total
from index.records import Passage

log = logging.getLogger(__name__)

DOCUMENTS_AT_ONCE = 200
PASSAGES_AT_ONCE = 1000
NOTED_EVERY = 10_000
"""Passages after which a build notes how far it has come: an interrupted one does no more than these again."""
MAX_PARTS = 32
"""Changes of the statistics that are kept one by one, before they are summed up."""


@dataclass(frozen=True, slots=True)
class _Staged:
    """New passages beside the old ones: what they add to and take from the statistics once the record has them."""

    state: State
    new: Sequence[Point]
    former: dict[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class QdrantUpkeep(Basis):
    """See `index.engine.EngineUpkeep`."""

    connection: Connection
    states: States
    collections: Collections

    # Looking, which anybody may do

    @property
    def is_shared(self) -> bool:
        """Replicas with data folders of their own have the same passages."""
        return True

    def lag(self) -> dict[str, int]:
        """How many passages of the record each leg does not hold yet."""
        state = self.states.read()
        lag = self.record.passages_since(state.generation if state else 0)
        return {"lexical": lag, "vectors": lag}

    def behind(self) -> bool:
        """Whether the record has changed since Qdrant was last brought up to it, or passages or vectors are missing."""
        state = self.states.read()
        return (
            state is None
            or bool(state.pending or state.gone)
            or not state.vectors
            or state.generation != self.record.generation()
            or not self.collections.exists(state.collection)
        )

    def examine(self) -> dict[str, str]:
        """The state of each leg: "ok", or what is wrong with it."""
        try:
            found = self._fault() or "ok"
        except IndexUnavailable as error:
            found = str(error)
        return {"lexical": found, "vectors": found}

    def _fault(self) -> str | None:
        state = self.states.read()
        if state is None:
            return f"Qdrant at {self.connection.place} has no passages of this record yet"
        held, expected = self.collections.count(state.collection), sum(self.record.count().values())
        if lag := self.lag()["lexical"]:
            return f"behind the record by {lag} passages"
        return None if held == expected else f"expected {expected} passages in {state.collection}, found {held}"

    # Doing, under the writer lock

    def work_ahead(self, *, suspect: Collection[str] = (), progress: Progress | None = None) -> None:
        """Have a model embed what it has not yet; passages are written as they are stored."""
        while self.embedder.lacks_vectors():  # Uploads come in.
            self.embedder.embed_by_model(progress, changing=True)

    def bring_up_to_date(
        self,
        *,
        suspect: Collection[str] = (),
        opening: bool = False,
        progress: Progress | None = None,
        ahead: object | None = None,
    ) -> None:
        """See `EngineUpkeep`. Where somebody waits and Qdrant is away, it catches up when it is back."""
        prepare_anew(self, progress)
        unembedded = None
        if self.embedder.is_neural:
            try:
                if not opening:
                    self.embedder.embed_by_model(progress, changing=True)
            except EmbeddingUnavailable as error:
                unembedded = error
        elif not self.has_subwords:
            self.embedder.embed(progress)
        try:
            self._catch_up(suspect, progress)
            if not opening:
                self._look_through()
        except IndexUnavailable as error:
            if not opening:
                raise EngineAway(str(error)) from error
            log.warning("what was stored is found later: %s", error)
        if unembedded is not None:
            raise unembedded

    def finish_exchange(self) -> None:
        """Nothing: an exchange leaves nothing to do."""

    def catch_up(self) -> None:
        """Bring the passages up to what has changed in the record."""
        self._catch_up((), None)

    def begin(self, progress: Progress | None = None) -> None:
        """Write every passage; what an interrupted beginning has written is not written again."""
        state = self.states.read()
        if state is None or not self.collections.exists(state.collection):
            self._build(progress)

    def follow(self) -> None:
        """The same, replicas share the passages; and have a model make some of the vectors that are missing."""
        self.catch_up()
        state = self.states.read()
        if state is not None and not state.vectors:
            # One batch at a time: whoever wants to write waits no longer than for that.
            self.embedder.embed_by_model(changing=True, stopped=lambda: True)
            self.catch_up()

    def is_worn(self) -> bool:
        """Never: Qdrant clears up what was removed."""
        return False

    def renew(self, stopped: Callable[[], bool]) -> bool:
        """Nothing."""
        return False

    def stage(self, versions: Sequence[NewVersion], old: Collection[tuple[str, str]]) -> object | None:
        """Put the passages of new versions beside the old ones; None where Qdrant has to catch up afterwards."""
        try:
            if self.behind():
                self.catch_up()
            state = self.states.read()
            if state is None:
                return None
            names = [version.prepared.document.id for version in versions]
            state = self.states.write(replace(state, pending=tuple(names)))
            former = self.collections.of_documents(state.collection, names)
            new = [point for version in versions for point in self._of_version(version)]
            self.collections.put(state.collection, new)
            # Whoever has searched before looks again when the record has no longer what was found.
            return _Staged(self.states.write(state), new, former)
        except IndexUnavailable as error:
            log.warning("new versions are stored, and found later: %s", error)
            return None

    def settle(self, staged: object | None, gone: Collection[tuple[str, str]]) -> None:
        """Take the passages out that the record has no more; where Qdrant is away, it catches up when it is back."""
        try:
            if isinstance(staged, _Staged):
                self._exchanged(staged.state, staged.new, staged.former, generation=self.record.generation())
            else:
                self.catch_up()
        except IndexUnavailable as error:
            log.warning("what was stored is found later: %s", error)

    def _of_version(self, version: NewVersion) -> list[Point]:
        passages = version.prepared.passages
        if self.has_subwords:
            return points(passages, version.entries, None)
        vectors = [None] * len(passages) if version.vectors is None else list(version.vectors)
        return points(passages, version.entries, vectors)

    def _of_passages(self, passages: Sequence[Passage]) -> list[Point]:
        entries = Packing(self.analyzer).entries(passages)
        if self.has_subwords:
            return points(passages, entries, None)
        batch = self.record.vectors_of(self.embedding.name, {passage.document_id for passage in passages})
        known = dict(zip(batch.ids, batch.vectors, strict=True))
        return points(passages, entries, [known.get(passage.id) for passage in passages])

    def _catch_up(self, suspect: Collection[str], progress: Progress | None) -> None:
        state = self.states.read()
        if (
            state is None
            or state.collection in suspect
            or state.generation > self.record.generation()  # An older copy of the record was put back.
            or not self.collections.exists(state.collection)
        ):
            state = self._build(progress)
        state = self._without_gone(state)
        generation, changed = self.record.changed_since(state.generation)
        interrupted = frozenset(state.pending)
        names = sorted(changed | interrupted)
        for start in range(0, len(names), DOCUMENTS_AT_ONCE):
            some = names[start : start + DOCUMENTS_AT_ONCE]
            state = self.states.write(replace(state, pending=tuple(some)))
            new = self._of_passages(self.record.passages_of(some))
            former = self.collections.of_documents(state.collection, some)
            self.collections.put(state.collection, new)
            uncounted = _uncounted(former, {point.id for point in new}, changed, interrupted)
            state = self._exchanged(state, new, former, generation=state.generation, uncounted=uncounted)
        complete = self._has_vectors()
        if state.generation != generation or state.pending or state.vectors != complete:
            self.states.write(replace(state, generation=generation, pending=(), vectors=complete))

    def _exchanged(
        self,
        state: State,
        new: Sequence[Point],
        former: Mapping[str, tuple[str, bytes]],
        *,
        generation: int,
        uncounted: Collection[str] = (),
    ) -> State:
        """Note what is new and what is gone in one step, and then remove what is gone; `uncounted` of the former."""
        change = total(
            [
                (counted((point.language, point.scored) for point in new), 1),
                (counted(one for name, one in former.items() if name not in uncounted), -1),
            ]
        )
        parts = (*state.parts, *self.states.add_parts(change))
        gone = tuple(sorted(former.keys() - {point.id for point in new}))
        state = self.states.write(
            replace(state, generation=generation, parts=parts, pending=(), gone=gone, vectors=self._has_vectors())
        )
        state = self._without_gone(state)
        return self._summed_up(state) if len(state.parts) > MAX_PARTS else state

    def _without_gone(self, state: State) -> State:
        """Remove what is counted no more."""
        if not state.gone:
            return state
        self.collections.remove(state.collection, state.gone)
        return self.states.write(replace(state, gone=()))

    def _has_vectors(self) -> bool:
        return not self.embedder.lacks_vectors()

    def _summed_up(self, state: State) -> State:
        """One part for each language in the place of many."""
        parts = self.states.add_parts(self.states.statistics(state.parts))
        summed = self.states.write(replace(state, parts=parts))
        self.states.remove_parts(state.parts)
        return summed

    def _build(self, progress: Progress | None) -> State:
        """Write every passage to a new collection; what an interrupted build has written is not written again."""
        state = self.states.read(building=True)
        if state is None or not self.collections.exists(state.collection):
            state = State(self.collections.create(self._dimensions()), self.record.generation(), after="")
            state = self.states.write(state, building=True)
        noted: list[Point] = []
        expected = sum(self.record.count().values())
        done = 0
        for passages in self.record.all_passages(PASSAGES_AT_ONCE, after=state.after or ""):
            new = self._of_passages(passages)
            self.collections.put(state.collection, new)
            noted += [replace(point, vector=None) for point in new]
            done += len(new)
            if len(noted) >= NOTED_EVERY:
                state, noted = self._noted(state, noted), []
            if progress:
                progress(min(done, expected), expected, "Writing to Qdrant")
        if noted:
            state = self._noted(state, noted)
        whole = self._summed_up(self.states.write(replace(state, after=None, vectors=self._has_vectors())))
        self.states.forget_building()
        return whole

    def _dimensions(self) -> int:
        """How long the vectors are; a model that has made none yet is asked for one."""
        self.embedder.expect_dimensions()
        return self.embedding.dimensions or len(embed_question(self.embedding, "1"))

    def _noted(self, state: State, new: Sequence[Point]) -> State:
        """Note how far a build has come, with the statistics of what it has written since it last did."""
        parts = self.states.add_parts(counted((point.language, point.scored) for point in new))
        return self.states.write(replace(state, parts=(*state.parts, *parts), after=new[-1].id), building=True)

    def _look_through(self) -> None:
        """Build anew what does not hold as many passages as the record, and remove what nobody needs."""
        state = self.states.read()
        if state is None:
            return
        if self.collections.count(state.collection) != sum(self.record.count().values()):
            log.warning("Qdrant does not hold as many passages as the record, and is written anew")
            self._build(None)
        self._sweep()

    def _sweep(self) -> None:
        state, others = self.states.read(), self.states.others()
        if state is not None:
            self.collections.sweep([state.collection])
            self.states.remove_parts([name for name, _ in others] + [part for _, one in others for part in one.parts])


def _uncounted(
    former: Collection[str], present: Collection[str], changed: Collection[str], interrupted: Collection[str]
) -> set[str]:
    """Which passages that are there the statistics do not know: of documents whose exchange was interrupted.

    If the record has changed since, it was interrupted after that, and what is new is unknown; else what is not there.
    """
    return {
        name
        for name in former
        if (document := document_of(name)) in interrupted and (name in present) == (document in changed)
    }
