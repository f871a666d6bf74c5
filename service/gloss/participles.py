"""Swedish participles, which agree with their subject where the other languages keep one form: `blev skadad`."""

from __future__ import annotations

from collections.abc import Sequence

from service.gloss.records import Node

PASSIVE = frozenset({"BPF", "BPI", "BPP", "BF", "BI", "BP"})
_REACH = 4
_VOICED = frozenset("bdglmnrv")


def auxiliary_of(nodes: Sequence[Node], place: int) -> int | None:
    """Where the `bli` or `vara` of the participle at `place` stands; None where it is a supine (`har skadat`)."""
    for other in range(place - 1, max(-1, place - 1 - _REACH), -1):
        function = nodes[other].reading.function
        if nodes[other].tag in PASSIVE or (function is not None and function.verb == "be"):
            return other
        if nodes[other].tag not in ("NEG", "ADV", "ADVD", "PROS", "PRO", "N", "NAME", "DET"):
            return None
    return None


def participle(supine: str, *, plural: bool, neuter: bool) -> str:
    """The participle of a Swedish supine: `skadat` → skadad, skadat, skadade; `skrivit` → skriven, skrivet, skrivna."""
    stem = supine[:-2]
    if supine.endswith("at"):
        return stem + ("ade" if plural else "at" if neuter else "ad")
    if supine.endswith("it"):
        return stem + ("na" if plural else "et" if neuter else "en")
    if supine.endswith("tt"):
        return stem + ("dda" if plural else "tt" if neuter else "dd")
    if not supine.endswith("t"):
        return supine
    if supine[-2:-1] in _VOICED:
        return supine[:-1] + ("da" if plural else "t" if neuter else "d")
    return supine + ("a" if plural else "")
