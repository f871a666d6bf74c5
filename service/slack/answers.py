"""The work behind the listeners: claim a question, answer it in the background, hand over what stays undone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Event as Flag
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from index.errors import KildeError
from service.assistant import Assistant
from service.records import ChatRequest, Event
from service.slack import deliver
from service.slack.asking import asking
from service.slack.client import error_code, open_session, passes, web_client
from service.slack.deliver import TROUBLES
from service.slack.installations import Workspaces
from service.slack.job import Job
from service.slack.ledger import RETRY_SECONDS, Ledger, Taken
from service.slack.run import Interrupted, Run
from service.strings import Strings, strings

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

ACKNOWLEDGE_SECONDS = 0.5
"""Slack is answered within a second, also while another process holds the record's write lock."""
JOB_SECONDS = 600.0
"""Longer than this, waiting for Slack included, and a job is handed over."""
TAKE_SECONDS = 30.0
"""How often jobs that other processes left are looked for, and the leases of those at work are renewed."""
CLEAN_EVERY = 120
"""… and after how many of these looks old events are forgotten: an hour."""
LANGUAGE_CHARACTERS = 500
"""So much of a text tells its language."""
COMPUTING_THREADS = 2
"""Answers without a model are computing: more at once would only keep Slack waiting for its acknowledgements."""
WAITING_THREADS = 16
"""With a model they are waiting for it most of the time."""


class Answers:
    """Answers jobs in the background of one event loop. `start` and `stop` frame its life; all else is in between."""

    def __init__(
        self,
        assistant: Assistant,
        ledger: Ledger,
        workspaces: Workspaces,
        *,
        api_url: str,
        public_url: str,
        language: str,
        shutdown_seconds: float,
        threads: int = COMPUTING_THREADS,
    ) -> None:
        self.assistant = assistant
        self.ledger = ledger
        self.workspaces = workspaces
        self.public_url = public_url
        self.words = strings(language)
        self.session: ClientSession | None = None
        self._api_url = api_url
        self._shutdown_seconds = shutdown_seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: set[str] = set()
        self._keeper: asyncio.Task[None] | None = None
        self._stopped = Flag()
        self._thread_locks: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()
        self._answering = ThreadPoolExecutor(threads, thread_name_prefix="slack-answer")
        # Apart from the answers, so that nothing here waits for one. Claims go one after the other, because those who
        # wait for the write lock of SQLite look for it in growing intervals.
        self._claiming = ThreadPoolExecutor(1, thread_name_prefix="slack-claim")
        self._recording = ThreadPoolExecutor(2, thread_name_prefix="slack-record")

    async def start(self) -> None:
        """Open the connections to Slack and take up what an earlier process left."""
        self.session = open_session()
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Finish what has begun, for as long as the settings allow; hand over the rest."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        with suppress(TimeoutError):
            async with asyncio.timeout(self._shutdown_seconds):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        self._stopped.set()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._answering.shutdown(wait=False, cancel_futures=True)
        self._claiming.shutdown(wait=True)
        self._recording.shutdown(wait=True)
        if self.session is not None:
            await self.session.close()

    async def in_record(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a short read or write of the record off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._recording, partial(call, *args, **kwargs))

    async def in_answering(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something that takes longer off the event loop, among the answers."""
        return await asyncio.get_running_loop().run_in_executor(self._answering, partial(call, *args, **kwargs))

    async def accept(self, job: Job, client: AsyncWebClient) -> None:
        """Begin to answer a job unless it was seen before. Returns once it is claimed, within a second in any case."""
        claimed = asyncio.get_running_loop().create_future()
        self.spawn(self._first(job, client, claimed))
        await asyncio.wait([claimed], timeout=ACKNOWLEDGE_SECONDS)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the background; `stop` waits for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("work for Slack failed", exc_info=error)

    @property
    def stopping(self) -> bool:
        """Whether nothing new may be begun."""
        return self._stopped.is_set()

    @property
    def busy(self) -> bool:
        """Whether anything is being worked on."""
        return bool(self._tasks)

    async def _first(self, job: Job, client: AsyncWebClient, claimed: asyncio.Future[None]) -> None:
        claim = asyncio.get_running_loop().run_in_executor(self._claiming, self.ledger.claim, job)
        try:
            mine = await asyncio.shield(claim)
        except asyncio.CancelledError:
            with suppress(KildeError):
                if await claim:
                    await self.in_record(self.ledger.hand_over, job, 0)
            raise
        except KildeError as error:
            log.error("a question from Slack could not be claimed: %s", error)
            await self._apologise(job, client)
            return
        finally:
            claimed.set_result(None)
        if mine:
            await self._work(Taken(job, 0, 1), client)

    async def _keep(self) -> None:
        """Take over jobs that fell due, again and again."""
        looks = 0
        while True:
            try:
                if held := tuple(self._held):
                    await self.in_record(self.ledger.renew, held)
                if looks % CLEAN_EVERY == 0:
                    await self.in_record(self.ledger.clean)
                for taken in await self.in_record(self.ledger.take):
                    self.spawn(self._resume(taken))
            except KildeError as error:
                log.warning("jobs from Slack could not be looked for: %s", error)
            except Exception as error:
                log.error("jobs from Slack could not be looked for", exc_info=error)
            looks += 1
            await asyncio.sleep(TAKE_SECONDS)

    async def _resume(self, taken: Taken) -> None:
        found = await self.workspaces.find(taken.job.enterprise, taken.job.team)
        if found is None:
            await self.in_record(self.ledger.finish, taken.job)
            return
        await self._work(taken, web_client(self._api_url, self.session, found.bot_token))

    async def _work(self, taken: Taken, client: AsyncWebClient) -> None:
        """Work on a job that is ours, whose lease is renewed meanwhile."""
        self._held.add(taken.job.id)
        try:
            await self._through(taken, client)
        finally:
            self._held.discard(taken.job.id)

    async def _through(self, taken: Taken, client: AsyncWebClient) -> None:
        """Answer and deliver a job, then note that it is done, or hand it over."""
        run = Run(self, taken, client)
        try:
            async with asyncio.timeout(JOB_SECONDS):
                await run.through()
        except asyncio.CancelledError:
            await self._hand_over(run, wait_seconds=0.0)
            raise
        except Interrupted:
            await self._hand_over(run, wait_seconds=0.0)
            return
        except TROUBLES as error:
            attempt = taken.attempts - 1
            if passes(error) and attempt < len(RETRY_SECONDS):
                log.warning("Slack did not take an answer (%s); it is tried again", error_code(error))
                await self._hand_over(run, wait_seconds=RETRY_SECONDS[attempt])
                return
            log.error("Slack did not take an answer: %s", error_code(error))
        except Exception as error:
            log.error("a question from Slack could not be answered", exc_info=error)
            await self._apologise(run.job, client)
        await self._finish(run.job)

    async def _finish(self, job: Job) -> None:
        try:
            await self.in_record(self.ledger.finish, job)
        except KildeError as error:
            log.error("a job from Slack could not be closed and may be answered again: %s", error)

    async def _hand_over(self, run: Run, *, wait_seconds: float) -> None:
        # What was shown of an answer that was never finished cannot be continued: it is given again, whole.
        delivered = run.delivered if run.job.message_id else 0
        with suppress(KildeError):  # Its lease ends some time, too.
            await self.in_record(self.ledger.hand_over, run.job, delivered, wait_seconds=wait_seconds)
        await run.abandon()

    async def _apologise(self, job: Job, client: AsyncWebClient) -> None:
        words = await self.language_of(job.text)
        try:
            await deliver.tell(client, job, self.session, words.text("slack.failed"))
        except TROUBLES as error:
            log.error("Slack did not take an apology: %s", error_code(error))

    def thread_lock(self, job: Job) -> asyncio.Lock:
        """Questions of one thread are answered one after the other, as a conversation."""
        key = (job.team, job.channel, job.thread or job.id)
        lock = self._thread_locks.get(key)
        if lock is None:
            lock = self._thread_locks[key] = asyncio.Lock()
        return lock

    def ask(self, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """What the assistant says to a request; see `asking`."""
        return asking(self.assistant, request, self._answering, self._stopped)

    async def language_of(self, text: str) -> Strings:
        """The strings in the language of a text, for what is said when there is no answer."""
        if not text:
            return self.words
        try:
            guess = await self.in_record(self.assistant.library.detector.detect, text[:LANGUAGE_CHARACTERS])
        except Exception as error:
            log.debug("no language found: %s", type(error).__name__)
            return self.words
        return strings(guess.language)
