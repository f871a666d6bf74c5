"""What the bot promises: signed requests only, an answer once, acknowledged at once, nothing lost at shutdown."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import select, text, update

from index.errors import NoDocuments
from index.schema import slack_events
from service.records import Answer, ChatRequest
from service.settings import Settings
from service.slack.configured import answers_requests
from service.slack.ledger import moment
from service.strings import strings
from tests.service.slack.conftest import Bench, Workspace
from tests.service.slack.fake_assistant import answer_of
from tests.service.slack.fake_slack import Json, failed, until

pytestmark = pytest.mark.anyio


def events_in(workspace: Workspace) -> list[tuple[str, bool, bool]]:
    """The remembered events: id, whether there is something left to do, whether the question is still kept."""
    columns = slack_events.c
    with workspace.assistant.library.record.read() as connection:
        rows = connection.execute(select(columns.id, columns.due, columns.job).order_by(columns.id)).all()
    return [(row.id, row.due is not None, row.job is not None) for row in rows]


async def test_requests_with_a_wrong_or_old_signature_are_refused(workspace: Workspace) -> None:
    """A body that Slack did not sign, or signed more than five minutes ago, gets 401 and does nothing."""
    body = json.dumps(workspace.envelope({"type": "app_mention", "user": "U1", "text": "x", "channel": "C", "ts": "1"}))
    answers = [
        await workspace.post(body, secret="another"),  # noqa: S106  # the point of the test
        await workspace.post(body, age=600),
        await workspace.http.post("/slack/events", content=body, headers={"content-type": "application/json"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    await workspace.settled()
    assert not workspace.slack.calls
    assert events_in(workspace) == []


async def test_a_request_that_is_sent_again_does_nothing_again(workspace: Workspace) -> None:
    """Somebody who has seen a signed request and sends it once more in time achieves nothing."""
    signed = await workspace.mention("What about ROI?", ts="9.1")
    await workspace.settled()
    kept = events_in(workspace)
    headers = {name: value for name, value in signed.request.headers.items() if name.startswith(("x-slack", "content"))}
    again = await workspace.http.post("/slack/events", content=signed.request.content, headers=headers)
    await workspace.settled()
    assert (signed.status_code, again.status_code) == (200, 200)
    assert len(workspace.slack.messages) == 1
    assert len(workspace.assistant.asked) == 1
    assert events_in(workspace) == kept


async def test_a_changed_body_is_refused(workspace: Workspace) -> None:
    """The signature is of the raw body: one more blank and it does not hold."""
    body = json.dumps(workspace.envelope({"type": "app_mention", "user": "U1", "text": "x", "channel": "C", "ts": "1"}))
    signed = await workspace.post(body)
    headers = {name: signed.request.headers[name] for name in signed.request.headers if name.startswith("x-slack")}
    changed = await workspace.http.post("/slack/events", content=body + " ", headers=headers)
    assert (signed.status_code, changed.status_code) == (200, 401)


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"\xff\xfe", 400), (b"[]", 400), (b"x" * 1_000_001, 413), (b"", 401)]
)
async def test_what_is_no_request_of_slacks_is_refused(workspace: Workspace, body: bytes, status: int) -> None:
    """Neither broken nor huge bodies make the service fail."""
    response = await workspace.http.post("/slack/events", content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_slacks_check_of_the_address_is_answered(workspace: Workspace) -> None:
    """When the address is entered, Slack sends a challenge and wants it back."""
    response = await workspace.post(json.dumps({"type": "url_verification", "challenge": "abc"}))
    assert (response.status_code, response.json()) == (200, {"challenge": "abc"})


async def test_without_slack_in_the_settings_there_is_no_such_address(bench: Bench) -> None:
    """An unconfigured service answers 404 with a problem document."""
    from service.http.app import create_app
    from tests.service.slack.fake_assistant import FakeAssistant

    assistant = FakeAssistant(bench.folder)
    app = create_app(assistant)  # type: ignore[arg-type]  # a fake
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://kilde.test") as http:
        for response in (
            await http.post("/slack/events", content="{}"),
            await http.get("/slack/install"),
            await http.get("/slack/oauth_redirect"),
        ):
            assert (response.status_code, response.json()["title"]) == (404, "Not Found")
    assistant.close()


def test_http_needs_a_token_and_a_secret() -> None:
    """Only what can be verified and answered is listened to."""
    token, secret = SecretStr("xoxb-1"), SecretStr("s")

    def made(**values: object) -> bool:
        return answers_requests(Settings(_env_file=None, **values))  # type: ignore[arg-type]  # by name

    assert made(slack_bot_token=token, slack_signing_secret=secret)
    assert made(slack_client_id="1.2", slack_client_secret=secret, slack_signing_secret=secret)
    assert not made(slack_bot_token=token)
    assert not made(slack_signing_secret=secret)
    assert not made(slack_client_id="1.2", slack_signing_secret=secret)


async def test_an_event_that_is_sent_three_times_is_answered_once(workspace: Workspace) -> None:
    """Slack repeats what it thinks was not heard; all are acknowledged, one is answered."""
    sent = [workspace.mention("What about ROI?", event_id="EvSame") for _ in range(3)]
    assert [response.status_code for response in await asyncio.gather(*sent)] == [200] * 3
    await workspace.settled()
    assert len(workspace.slack.messages) == len(workspace.assistant.asked) == 1
    assert events_in(workspace) == [("EvSame", False, False)]


async def test_two_workers_answer_an_event_once(bench: Bench) -> None:
    """Two processes share the record and with it what was taken; repeats may go to either."""
    async with bench.workspace() as one, bench.workspace() as two:
        for number in range(5):
            ts = f"4.{number}"
            sent = [w.mention("What about ROI?", ts=ts, event_id=f"Ev4{number}") for w in (one, two, one, two)]
            await asyncio.gather(*sent)
        await one.settled()
        await two.settled()
        assert len(bench.slack.messages) == 5
        assert len(one.assistant.asked) + len(two.assistant.asked) == 5


async def test_a_mention_in_a_known_thread_is_answered_once(workspace: Workspace) -> None:
    """Slack tells of it twice, as a mention and as a message; whichever comes first."""
    await workspace.mention("What about ROI?", ts="3.1")
    await workspace.settled()
    same = {"ts": "3.2", "thread_ts": "3.1"}
    await workspace.message("<@UBOT> and who?", "C1", channel_type="channel", **same)
    await workspace.mention("and who?", **same)
    await workspace.settled()
    assert len(workspace.slack.messages) == 2


async def test_slack_is_answered_while_the_record_is_locked(bench: Bench) -> None:
    """With another process holding the write lock the event is still acknowledged within a second, and answered."""
    async with bench.workspace() as workspace:
        with workspace.assistant.library.record.write() as connection:
            connection.execute(text("SELECT 1"))
            async with asyncio.timeout(1):
                response = await workspace.mention("What about ROI?")
            assert response.status_code == 200
            assert not workspace.slack.messages
        await workspace.settled()
        assert len(workspace.slack.messages) == 1


async def test_slack_is_answered_before_the_question(bench: Bench) -> None:
    """The acknowledgement does not wait for the answer."""
    go = threading.Event()

    def script(request: ChatRequest) -> Answer:
        assert go.wait(20)
        return answer_of()

    async with bench.workspace(script) as workspace:
        assert (await workspace.mention("What about ROI?")).status_code == 200
        assert not workspace.slack.messages
        go.set()
        await workspace.settled()
        assert len(workspace.slack.messages) == 1


async def test_a_burst_is_acknowledged_and_answered_whole(workspace: Workspace) -> None:
    """Many mentions at the same moment, in few channels: each is acknowledged, each gets its answer in its thread."""
    sent = [workspace.mention("What about ROI?", f"C{n % 3}", f"6.{n:03}") for n in range(60)]
    assert {response.status_code for response in await asyncio.gather(*sent)} == {200}
    await workspace.settled()
    assert sorted(str(message.thread) for message in workspace.slack.messages.values()) == [
        f"6.{n:03}" for n in range(60)
    ]


async def test_a_stopping_service_finishes_what_it_has_begun(bench: Bench) -> None:
    """An answer that is being made when the service is told to stop is delivered before it stops."""
    go = threading.Event()

    def script(request: ChatRequest) -> Answer:
        assert go.wait(20)
        return answer_of()

    async with bench.workspace(script) as workspace:
        await workspace.mention("What about ROI?")
        asyncio.get_running_loop().call_later(0.2, go.set)
    assert len(bench.slack.messages) == 1


async def test_what_a_service_cannot_finish_the_next_one_does(bench: Bench) -> None:
    """A job that is still open at shutdown is kept, and answered once after the next start."""
    go = threading.Event()

    def script(request: ChatRequest) -> Answer:
        go.wait(20)
        return answer_of()

    async with bench.workspace(script, slack_shutdown_seconds=0.0) as workspace:
        await workspace.mention("What about ROI?", event_id="EvLate")
        await until(lambda: workspace.assistant.asked)
        await until(lambda: bench.slack.called("assistant.threads.setStatus"))
    go.set()
    assert not bench.slack.messages
    async with bench.workspace() as workspace:
        await until(lambda: bench.slack.messages)
        await workspace.settled()
        assert [request.message for request in workspace.assistant.asked] == ["What about ROI?"]
        assert events_in(workspace) == [("EvLate", False, False)]
    assert len(bench.slack.messages) == 1


async def test_the_job_of_a_process_that_died_is_taken_over(bench: Bench) -> None:
    """When a lease has run out, another process answers."""
    go = threading.Event()

    def script(request: ChatRequest) -> Answer:
        go.wait(20)
        return answer_of()

    async with bench.workspace(script, slack_shutdown_seconds=0.0) as workspace:
        await workspace.mention("What about ROI?")
        await until(lambda: workspace.assistant.asked)
        with workspace.assistant.library.record.write() as connection:
            connection.execute(update(slack_events).values(due=moment(-1)))
        async with bench.workspace() as other:
            await until(lambda: other.assistant.asked)
            await other.settled()
            assert len(bench.slack.messages) == 1
        go.set()


async def test_an_assistant_that_fails_is_owned_up_to(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """When there is no answer, because the model is down, say, the asker hears so, without the exception's text."""

    def script(request: ChatRequest) -> Answer:
        raise ConnectionError("model at http://10.0.0.1 with key sk-123 is down")

    async with bench.workspace(script) as workspace:
        await workspace.mention("Vad gäller för ROI?")
        await workspace.settled()
        await workspace.command("Hvad med ROI?")
        await workspace.settled()
        assert bench.slack.shown() == [strings("sv").text("slack.failed"), strings("da").text("slack.failed")]
        assert "sk-123" not in json.dumps(bench.slack.calls)
        assert "no answer for Slack" in caplog.text
        assert [kept for _, due, kept in events_in(workspace) if due or kept] == []


async def test_a_thread_goes_on_after_a_failure(bench: Bench) -> None:
    """The bot has spoken where it could only say that it failed; the next question needs no mention."""
    troubles: list[Exception] = [ValueError("once")]

    def script(request: ChatRequest) -> Answer:
        if troubles:
            raise troubles.pop()
        return answer_of()

    async with bench.workspace(script) as workspace:
        await workspace.mention("What about ROI?", ts="3.1")
        await workspace.settled()
        await workspace.message("And now?", "C1", "3.2", thread_ts="3.1", channel_type="channel")
        await workspace.settled()
        assert len(bench.slack.messages) == 2


async def test_an_empty_library_is_owned_up_to(bench: Bench) -> None:
    """Where nothing is indexed, that is what the asker hears."""

    def script(request: ChatRequest) -> Answer:
        raise NoDocuments("nothing is indexed")

    async with bench.workspace(script) as workspace:
        await workspace.mention("Hva med ROI?")
        await workspace.settled()
        assert bench.slack.shown() == [strings("nb").text("slack.no_documents")]


async def test_an_assistant_that_hangs_is_owned_up_to(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while without a word from the assistant the asker is told."""
    monkeypatch.setattr("service.slack.asking.ANSWER_SECONDS", 0.3)
    go = threading.Event()

    def script(request: ChatRequest) -> Answer:
        go.wait(20)
        return answer_of()

    async with bench.workspace(script) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
        assert bench.slack.shown() == [strings("en").text("slack.failed")]
        go.set()


async def test_a_slow_command_says_that_it_is_worked_on(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command shows nothing by itself; when the answer takes a while, the asker hears that it will come."""
    monkeypatch.setattr("service.slack.run.SLOW_SECONDS", 0.1)
    go = threading.Event()

    def script(request: ChatRequest) -> Answer:
        assert go.wait(20)
        return answer_of()

    async with bench.workspace(script) as workspace:
        await workspace.command("What about ROI?")
        await until(lambda: bench.slack.messages)
        go.set()
        await workspace.settled()
        first, second = bench.slack.shown()
        assert first == strings("en").text("widget.thinking")
        assert second.startswith("On “ROI”")


async def test_slack_that_is_down_gets_the_answer_later(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """While Slack does not take it, an answer is kept, and delivered once Slack is back, without being made again."""
    monkeypatch.setattr("service.slack.client.MAX_RETRIES", 0)
    async with bench.workspace() as workspace:
        for method in ("assistant.threads.setStatus", "chat.startStream", "chat.postMessage"):
            bench.slack.troubles[method] = [lambda: failed("service_unavailable", 503)] * 5
        await workspace.mention("What about ROI?", event_id="EvDown")
        await workspace.settled()
        assert not bench.slack.messages
        assert events_in(workspace) == [("EvDown", True, True)]
        bench.slack.troubles.clear()
        with workspace.assistant.library.record.write() as connection:
            connection.execute(update(slack_events).values(due=moment(-1)))
    async with bench.workspace() as workspace:
        await until(lambda: bench.slack.messages)
        await workspace.settled()
        assert not workspace.assistant.asked
        [message] = bench.slack.messages.values()
        assert message.shown().endswith("[Helpful] [Not helpful]")


async def test_an_answer_that_was_delivered_in_part_goes_on_where_it_stopped(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack takes the first message of a long answer and then is down: later the rest comes, and nothing twice."""
    monkeypatch.setattr("service.slack.client.MAX_RETRIES", 0)
    text_of_quotes = "Alt, hvad der er sagt, skal kunne findes igen. " * 60
    down = [False]
    post = bench.slack.do_chat_postMessage

    def once(body: Json, token: str) -> web.Response:
        answer = failed("service_unavailable", 503) if down[0] else post(body, token)
        down[0] = True
        return answer

    monkeypatch.setattr(bench.slack, "do_chat_postMessage", once)
    bench.slack.troubles["chat.startStream"] = [lambda: failed("missing_scope")]
    async with bench.workspace(lambda request: answer_of(6, text_of_quotes)) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
        assert len(bench.slack.messages) == 1
        with workspace.assistant.library.record.write() as connection:
            connection.execute(update(slack_events).values(due=moment(-1)))
    monkeypatch.setattr(bench.slack, "do_chat_postMessage", post)
    async with bench.workspace() as workspace:
        await until(lambda: len(bench.slack.messages) > 1)
        await workspace.settled()
    shown = "\n".join(bench.slack.shown())
    assert [shown.count(f"[{marker}] Show in the text") for marker in range(1, 7)] == [1] * 6
    assert shown.endswith("[Helpful] [Not helpful]")


async def test_what_was_claimed_in_the_last_moment_is_handed_over(bench: Bench) -> None:
    """A service that is stopped while it waits for the claim leaves the job to the next one at once."""
    async with bench.workspace(slack_shutdown_seconds=0.0) as workspace:
        with workspace.assistant.library.record.write() as connection:
            connection.execute(text("SELECT 1"))
            await workspace.mention("What about ROI?")
            stopping = asyncio.create_task(workspace.bot.answers.stop())
            await asyncio.sleep(0.2)
        await stopping
    async with bench.workspace() as workspace:
        await until(lambda: bench.slack.messages)
        await workspace.settled()
    assert len(bench.slack.messages) == 1


async def test_a_slack_that_cannot_be_reached_is_like_one_that_is_down(bench: Bench, tmp_path: Path) -> None:
    """A refused connection loses nothing either."""
    async with bench.workspace(slack_api_url="http://127.0.0.1:9/api/") as workspace:
        workspace.bot.bolt.client.retry_handlers.clear()
        assert (await workspace.mention("What about ROI?")).status_code == 200
        await workspace.settled()
        [(_, open_still, kept)] = events_in(workspace)
        assert (open_still, kept) == (True, True)


async def test_what_slack_will_never_take_is_given_up(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """An archived channel does not come back; the reason is logged, the question is not kept."""
    bench.slack.troubles["chat.startStream"] = [lambda: failed("is_archived")]
    bench.slack.troubles["chat.postMessage"] = [lambda: failed("is_archived")] * 3
    async with bench.workspace() as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
        [(_, open_still, kept)] = events_in(workspace)
        assert (open_still, kept) == (False, False)
    assert "Slack did not take an answer: is_archived" in caplog.text


async def test_nothing_that_is_logged_holds_a_token_or_a_question(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even at the most talkative level."""
    caplog.set_level("DEBUG")
    async with bench.workspace() as workspace:
        await workspace.mention("my secret question")
        await workspace.command("my secret question")
        await workspace.post(urlencode({"command": "/ask", "text": "my secret question"}), secret="x")  # noqa: S106
        await workspace.settled()
    assert "xoxb-1" not in caplog.text
    assert "signing-secret" not in caplog.text
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("aiosqlite")]
    assert not [line for line in ours if "my secret question" in line]
