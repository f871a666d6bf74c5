"""Looks at everything that the service needs, changes nothing, and says what to do about what is wrong."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from index.backup import look_through
from index.errors import IndexUnavailable, KildeError
from index.library import RECORD_NAME, examine
from index.load import find_files
from index.lock import writer_lock
from index.record import Record
from index.schema import now
from service.access.keyring import configured_keys
from service.access.keys import Keys
from service.bootstrap import embedding_of
from service.http.opening import mode_of
from service.records import Trouble
from service.settings import PREFIX, InvalidSettings, Settings, misspelt, read_settings
from service.slack.configured import has_workspace

LEAST_FREE_BYTES = 200_000_000
"""Below this, or below what the record takes, an index cannot be surely written anew."""
PROBE_SECONDS = 10.0
MODEL_ADVICE: dict[Trouble, str] = {
    "refused": "check KILDE_LLM_API_KEY and the name in KILDE_LLM_MODEL",
    "unreachable": "check KILDE_LLM_BASE_URL, and that the server runs and can be reached from here",
    "timeout": "check the server, or allow it more in KILDE_LLM_TIMEOUT_SECONDS",
    "busy": "the account's rate limit is reached; wait, or raise it with the provider",
}
OTHER_MODEL_ADVICE = "look at the model server's own log"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part: `advice` says what to do, and is empty where all is well."""

    part: str
    said: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing has to be done."""
        return not self.advice


def examine_all() -> Iterator[Finding]:
    """Every finding, one at a time; the first one about settings that cannot be read is the last."""
    try:
        settings = read_settings()
    except InvalidSettings as error:
        yield Finding("settings", str(error), "correct the variable, or the line in .env; docs/settings.md lists them")
        return
    yield check_settings()
    yield check_data_folder(settings)
    yield from check_record_and_indexes(settings)
    yield check_documents(settings)
    yield check_keys(settings)
    yield check_model(settings)
    yield check_slack(settings)


def check_settings() -> Finding:
    """Variables with our prefix that nobody reads are misspelt."""
    if unknown := misspelt():
        return Finding("settings", f"no setting is called {', '.join(unknown)}", "correct the name or take it away")
    given = sum(name.startswith(PREFIX) for name in os.environ)
    return Finding("settings", f"{given} set in the environment, all known")


def check_data_folder(settings: Settings) -> Finding:
    """It can be written to, and the disk has room."""
    folder = settings.data_dir
    if not folder.is_dir():
        return Finding("data folder", f"{folder} is not there yet", "make it with: kilde index build")
    try:
        with writer_lock(folder, timeout_seconds=0):
            writing = "nobody is writing"
    except IndexUnavailable as error:
        if "is being written by" not in str(error):
            return Finding("data folder", str(error), "make the folder writable for this user")
        writing = "somebody is writing"
    free, record = shutil.disk_usage(folder).free, folder / RECORD_NAME
    needed = max(LEAST_FREE_BYTES, record.stat().st_size if record.exists() else 0)
    said = f"{folder}, {free / 1e9:.1f} GB free, {writing}"
    if free < needed:
        return Finding("data folder", said, f"free at least {needed / 1e9:.1f} GB on its disk")
    return Finding("data folder", said)


MENDED = "nothing: it is mended from the record at the next start or question"


def check_record_and_indexes(settings: Settings) -> Iterator[Finding]:
    """Every page of the record, and both indexes against it."""
    url = settings.database_url.get_secret_value()
    path = settings.data_dir / RECORD_NAME
    try:
        if url:
            said = "in KILDE_DATABASE_URL"
        elif path.is_file():
            copy = look_through(path)
            said = f"{copy.documents} documents, {copy.messages} messages, {copy.size_bytes / 1e6:.1f} MB, sound"
        else:
            yield Finding("record", f"{path} is not there yet", "make it with: kilde index build")
            return
        with closing(Record.open(url or path)) as record:
            yield Finding("record", said)
            embedding = embedding_of(settings)
            states = examine(
                settings.data_dir,
                record,
                embedding,
                max_tokens=settings.max_passage_tokens,
                chroma_url=settings.chroma_url,
                vector_index_above=settings.vector_index_above,
                index_url=settings.index_url,
                index_api_key=settings.index_api_key.get_secret_value(),
            )
            for name, state in states.items():
                mended = "see that Qdrant runs there" if settings.index_url else MENDED
                advice = "" if state == "ok" else mended
                yield Finding(f"{name} index", state, advice)
    except KildeError as error:
        yield Finding("record", str(error), "put a copy back with: kilde restore COPY --force")


def check_documents(settings: Settings) -> Finding:
    """The folder of documents is there and has files."""
    try:
        count = len(find_files(settings.seeds))
    except (KildeError, OSError) as error:
        return Finding("documents", str(error), "set KILDE_SEEDS to the folder of documents")
    if not count:
        return Finding("documents", f"{settings.seeds} has none", "set KILDE_SEEDS to the folder of documents")
    return Finding("documents", f"{count} files in {settings.seeds}")


def check_keys(settings: Settings) -> Finding:
    """Keys can be read; a service that others reach has some."""
    try:
        known = configured_keys(settings.api_keys.get_secret_value())
    except InvalidSettings as error:
        return Finding("keys", str(error), "make a key with: openssl rand -hex 32")
    url, path = settings.database_url.get_secret_value(), settings.data_dir / RECORD_NAME
    if url or path.is_file():
        try:
            with closing(Record.open(url or path)) as record:
                known |= Keys(record).by_digest()
        except IndexUnavailable:
            return Finding("keys", "those of the record cannot be read; see there")
    moment = now()
    held = sum(key.holds(moment) for key in known.values())
    mode = mode_of(settings, settings.host)
    said = f"{held} that hold, {len(known) - held} that do not; KILDE_ACCESS comes to {mode} on {settings.host}"
    if mode == "keys" and not held:
        return Finding("keys", said, "make one with: kilde keys create NAME")
    return Finding("keys", said)


def check_model(settings: Settings) -> Finding:
    """The model, where there is one, says something."""
    if not settings.llm_model:
        return Finding("model", "none configured: answers are quotes")
    from service.model.client import Message, ModelClient
    from service.model.trouble import ModelTrouble

    client = ModelClient(
        settings.llm_model,
        settings.llm_base_url,
        settings.llm_api_key.get_secret_value(),
        settings.llm_api_version,
    )
    messages = [Message("user", "Answer with the word: yes")]
    try:
        for _ in client.stream(
            messages, max_tokens=settings.llm_answer_tokens, seconds=PROBE_SECONDS, stopped=lambda: False
        ):
            return Finding("model", f"{settings.llm_model} at {settings.llm_base_url} answers")
    except ModelTrouble as trouble:
        advice = MODEL_ADVICE.get(trouble.kind, OTHER_MODEL_ADVICE)
        return Finding("model", f"{settings.llm_model} at {settings.llm_base_url}: {trouble.kind}", advice)
    finally:
        client.close()
    return Finding("model", f"{settings.llm_model} at {settings.llm_base_url}: empty", OTHER_MODEL_ADVICE)


def check_slack(settings: Settings) -> Finding:
    """Slack, where it is configured, knows the token."""
    token = settings.slack_bot_token.get_secret_value()
    if not has_workspace(settings):
        return Finding("slack", "not configured")
    if not (settings.slack_signing_secret.get_secret_value() or settings.slack_app_token.get_secret_value()):
        advice = "set KILDE_SLACK_SIGNING_SECRET (HTTP) or KILDE_SLACK_APP_TOKEN (Socket Mode); docs/slack.md"
        return Finding("slack", "a workspace, and no way for its events to come in", advice)
    if not token:
        return Finding("slack", "installed by OAuth; its tokens are in the record and not tried here")
    try:
        team = asyncio.run(asyncio.wait_for(ask_slack(settings.slack_api_url, token), PROBE_SECONDS))
    except Exception as error:  # Whatever the SDK raises; its text may repeat what was sent.
        advice = "check KILDE_SLACK_BOT_TOKEN, and that this machine reaches KILDE_SLACK_API_URL"
        return Finding("slack", f"the token could not be tried ({type(error).__name__})", advice)
    return Finding("slack", f"the token is good for {team}")


async def ask_slack(api_url: str, token: str) -> str:
    """The workspace that a token is for."""
    from slack_sdk.web.async_client import AsyncWebClient

    from service.slack.client import quiet_logger

    client = AsyncWebClient(token, base_url=api_url, timeout=int(PROBE_SECONDS), logger=quiet_logger())
    return str((await client.auth_test()).get("team", "a workspace"))
