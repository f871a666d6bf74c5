"""What the collections hold, kept in a small collection of its own: one point says which of them is the present one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from index.qdrant.client import Connection, NotThere
from index.qdrant.points import point_id
from index.qdrant.statistics import Counts, Statistics, of_payload, payloads, total

FORMAT = 1
"""Of what is stored; another one means to build it anew, in collections of its own."""
WRITE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class State:
    """What a collection holds: up to which generation of the record, and which parts its statistics are the sum of.

    `pending` are documents whose new version may be there, uncounted, before the record has it; `gone` are passages
    that are counted no more and may still be there. `vectors` is whether every passage has its own. `change` is another
    one with every change. `after` is the last passage of a build that has not ended.
    """

    collection: str
    generation: int
    parts: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    vectors: bool = True
    change: str = ""
    after: str | None = None


class States:
    """The states of one record's index, of one setting of analysis and embedding. Every method may raise
    IndexUnavailable.

    Replicas of different versions keep an index each while one takes the other's place.
    """

    def __init__(self, connection: Connection, record: str, settings: str) -> None:
        self._connection = connection
        self._name = f"{connection.place.name}-state"
        self._record = record
        self._settings = f"format {FORMAT}, {settings}"
        self._known: dict[str, dict[str, Counts]] = {}
        self.written = 0
        """How often this process has changed the state: so often its own searches have to look at it again."""

    def read(self, *, building: bool = False) -> State | None:
        """The present state, or that of a build under way; None where there is none."""
        try:
            with self._connection.asking() as client:
                found = client.retrieve(self._name, [self._id(building)], with_payload=True)
        except NotThere:
            return None
        if not found:
            return None
        kept = dict((found[0].payload or {})["state"])
        return State(**{**kept, **{name: tuple(kept[name]) for name in ("parts", "pending", "gone")}})

    def write(self, state: State, *, building: bool = False) -> State:
        """Make a state the present one, or note how far a build has come, in one step."""
        changed = replace(state, change=uuid.uuid4().hex)
        payload = {"record": self._record, "settings": self._settings, "state": asdict(changed)}
        self._put({self._id(building): payload})
        self.written += 1
        return changed

    def forget_building(self) -> None:
        """The build has ended."""
        with self._connection.asking() as client:
            client.delete(self._name, [self._id(building=True)], wait=True)

    def add_parts(self, statistics: Statistics) -> tuple[str, ...]:
        """Write statistics; return the names of the parts that they are, for a state to name."""
        named = {str(uuid.uuid4()): one for one in payloads(statistics)}
        for name, payload in named.items():  # One a request: each may be large.
            self._put({name: {"record": self._record, **payload}})
        return tuple(named)

    def statistics(self, parts: Sequence[str]) -> dict[str, Counts]:
        """The sum of parts; those that were read before are not read again.

        Raises:
            NotThere: a part is gone, because another process has just summed them up: read the state again.
        """
        known = {name: one for name, one in self._known.items() if name in parts}
        for name in parts:  # One a request: each may be large.
            if name not in known:
                with self._connection.asking() as client:
                    found = client.retrieve(self._name, [name], with_payload=True)
                if not found:
                    raise NotThere("expected statistics beside the passages in Qdrant, found them replaced")
                known[name] = of_payload(found[0].payload or {})
        self._known = known
        return total((one, 1) for one in known.values())

    def remove_parts(self, parts: Iterable[str]) -> None:
        """Remove statistics that no state names any more."""
        if gone := list(parts):
            with self._connection.asking() as client:
                client.delete(self._name, list(gone), wait=True)

    def others(self) -> list[tuple[str, State]]:
        """The states of this record with other settings: (their points' id, state)."""
        from qdrant_client import models

        mine = models.FieldCondition(key="record", match=models.MatchValue(value=self._record))
        with self._connection.asking() as client:
            found, _ = client.scroll(self._name, scroll_filter=models.Filter(must=[mine]), limit=1000)
        own = {self._id(building) for building in (False, True)}
        kept = [(str(one.id), (one.payload or {}).get("state")) for one in found if str(one.id) not in own]
        return [(name, State(**{**state, "parts": tuple(state["parts"])})) for name, state in kept if state]

    def _id(self, building: bool) -> str:
        return point_id(f"{'building' if building else 'state'} {self._record} {self._settings}")

    def _put(self, payloads: Mapping[str, Mapping[str, Any]]) -> None:
        from qdrant_client import models

        stored = [models.PointStruct(id=id_, vector={}, payload=dict(one)) for id_, one in payloads.items()]
        try:
            with self._connection.asking() as client:
                client.upsert(self._name, stored, wait=True)
        except NotThere:
            with self._connection.asking() as client:
                if not client.collection_exists(self._name):
                    replicas = self._connection.place.replicas
                    client.create_collection(
                        self._name, vectors_config={}, replication_factor=replicas, timeout=WRITE_SECONDS
                    )
                client.upsert(self._name, stored, wait=True)
