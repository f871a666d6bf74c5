"""Makes new versions of documents on a Ray cluster. The only module that knows Ray; imported only where it is used.

Every task takes some files through everything that `index.making` does to them; storing stays with the process that
holds the writer lock. A task whose worker dies is done again by another one, and its outcome is taken once.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from index.errors import IndexUnavailable
from index.exchange import NewVersion
from index.making import TASKS_AHEAD, ToMake, in_tasks
from index.words import WordAnalyzer
from index.worker import Finished, work

CONNECT_SECONDS = 5.0
ATTEMPTS = 20
"""Times that a task is begun again after its worker has died. A file that kills every worker has to end somewhere."""


def made_on_ray(
    address: str, files: Sequence[ToMake], *, words: WordAnalyzer, fingerprint: str, max_tokens: int, max_bytes: int
) -> Generator[NewVersion | str, None, None]:
    """For each file, in order, its new version or the reason why there is none.

    Args:
        address: of the cluster ("HOST:6379", "ray://HOST:10001"), or "local" to begin one on this machine for as long
            as it takes. Every machine of it must have Kilde, in this version, and the files, under these paths.
        files: what to make.
        words: is taught the words that the workers analysed.
        fingerprint: of the analysis here; what a worker with another lexicon makes is refused.
        max_tokens, max_bytes: as `index.making.Maker` has them.

    Raises:
        IndexUnavailable: Ray is not installed, the cluster cannot be reached, or a worker is of another version.
    """
    with _cluster(address) as ray:
        task = ray.remote(max_retries=ATTEMPTS)(work)
        ahead = max(1, int(ray.cluster_resources().get("CPU", 1))) * TASKS_AHEAD
        waiting: deque[Any] = deque()
        tasks = in_tasks(files)
        while True:
            waiting.extend(task.remote(some, max_tokens, max_bytes) for some in islice(tasks, ahead - len(waiting)))
            if not waiting:
                return
            finished = _result(ray, waiting.popleft())
            if finished.fingerprint != fingerprint:
                raise IndexUnavailable(
                    f"expected workers with the lexicon and analysis {fingerprint}, found {finished.fingerprint}: "
                    "install the same version of Kilde on every machine of the cluster"
                )
            words.learn(finished.words)
            yield from finished.outcomes


def _result(ray: Any, reference: Any) -> Finished:
    try:
        found: Finished = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise IndexUnavailable(f"a Ray worker failed: {_last_line(error)}") from error
    except ray.exceptions.RayError as error:
        raise IndexUnavailable(f"the Ray cluster lost a task {ATTEMPTS} times: {_last_line(error)}") from error
    return found


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    try:
        import ray
    except ModuleNotFoundError:
        raise IndexUnavailable("expected Ray for --ray, found none; install kilde[ray]") from None
    _look(address)
    try:
        # A cluster of its own needs no page to be looked at, which takes longer to start than the rest.
        alone: dict[str, Any] = {"include_dashboard": False} if address == "local" else {}
        ray.init(address=address, log_to_driver=False, configure_logging=False, **alone)
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        raise IndexUnavailable(f"the Ray cluster at {address} cannot be reached: {_last_line(error)}") from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _look(address: str) -> None:
    """Look whether anybody is there: Ray itself tries for minutes."""
    found = urlsplit(address if "://" in address else f"ray://{address}")
    try:
        if found.port is not None:
            socket.create_connection((found.hostname, found.port), timeout=CONNECT_SECONDS).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or _last_line(error)
        raise IndexUnavailable(f"the Ray cluster at {address} cannot be reached: {reason}") from error


def _last_line(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip() if lines else type(error).__name__
