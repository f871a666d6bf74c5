"""How answers reach Slack, whole, whatever Slack does meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiohttp import web

from service.records import Answer, ChatRequest
from service.strings import strings
from tests.service.slack.conftest import Bench
from tests.service.slack.fake_assistant import QUOTE, answer_of, model_answer
from tests.service.slack.fake_slack import FakeSlack, failed, rate_limited

pytestmark = pytest.mark.anyio

PAUSE_SECONDS = 0.15
"""Between parts, so that each is a step of its own."""
LONG = "Alt, hvad der er sagt, skal kunne findes igen. " * 40


def numbered(count: int, text: str = QUOTE) -> Callable[[ChatRequest], Answer]:
    """A script whose answers have `count` quotes."""
    return lambda request: answer_of(count, text)


def assert_whole(slack: FakeSlack, count: int, text: str = QUOTE) -> None:
    """Every quote was shown once, in order, and the buttons once, at the end."""
    shown = "\n".join(slack.shown())
    places = [shown.index(f"[{marker}] Show in the text") for marker in range(1, count + 1)]
    assert places == sorted(places)
    joined = " ".join(shown.replace("│ ", "").split())
    assert joined.count(" ".join(text.split())) == count
    assert shown.count("[Helpful]") == 1
    assert shown.endswith("[Helpful] [Not helpful]")
    assert not any(message.streaming for message in slack.messages.values())


async def test_rate_limits_in_mid_stream_lose_nothing(bench: Bench) -> None:
    """429 while streaming: the same text is sent again after the wait that Slack asked for."""
    bench.slack.troubles["chat.appendStream"] = [rate_limited] * 3
    bench.slack.troubles["chat.stopStream"] = [rate_limited]
    async with bench.workspace(numbered(5), pause_seconds=PAUSE_SECONDS) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
    assert len(bench.slack.messages) == 1
    assert len(bench.slack.called("chat.appendStream")) == 3 + 5
    assert_whole(bench.slack, 5)


@pytest.mark.parametrize(
    "trouble",
    [
        lambda: failed("message_not_in_streaming_state"),
        lambda: failed("internal_error", 500),
        lambda: web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html"),
        lambda: failed("invalid_chunks"),
    ],
    ids=["expired", "internal", "gateway", "chunks"],
)
async def test_a_stream_that_breaks_is_continued_by_posts(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, trouble: Callable[[], web.Response]
) -> None:
    """What was not confirmed of a broken stream is posted under it; nothing is missing, nothing is there twice."""
    monkeypatch.setattr("service.slack.client.MAX_RETRIES", 0)
    good = iter([None, trouble])
    original = bench.slack.do_chat_appendStream

    def once(body: dict[str, object], token: str) -> web.Response:
        answer = next(good, None)
        return answer() if answer else original(body, token)

    monkeypatch.setattr(bench.slack, "do_chat_appendStream", once)
    async with bench.workspace(numbered(5), pause_seconds=PAUSE_SECONDS) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
    assert [message.by for message in bench.slack.messages.values()] == ["stream", "post"]
    assert_whole(bench.slack, 5)


@pytest.mark.parametrize(
    "trouble",
    [rate_limited, lambda: failed("channel_type_not_supported"), lambda: failed("missing_scope")],
    ids=["limit", "kind of channel", "scope"],
)
async def test_where_streaming_is_not_possible_the_answer_is_posted(
    bench: Bench, trouble: Callable[[], web.Response]
) -> None:
    """A refused start of a stream is not waited for: a plain post is as good."""
    bench.slack.troubles["chat.startStream"] = [trouble]
    async with bench.workspace(numbered(3)) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
    assert [message.by for message in bench.slack.messages.values()] == ["post"]
    assert len(bench.slack.called("chat.startStream")) == 1
    assert_whole(bench.slack, 3)


async def test_rate_limits_on_posts_are_waited_for(bench: Bench) -> None:
    """A busy channel gets the answer a little later."""
    bench.slack.troubles["chat.startStream"] = [rate_limited]
    bench.slack.troubles["chat.postMessage"] = [rate_limited] * 6
    async with bench.workspace(numbered(2)) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
    assert_whole(bench.slack, 2)


async def test_what_comes_together_is_one_step(bench: Bench) -> None:
    """An answer that is there at once costs Slack two calls, and a status."""
    async with bench.workspace(numbered(4)) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
    assert [method for method, _ in bench.slack.calls] == [
        "assistant.threads.setStatus",
        "chat.startStream",
        "chat.stopStream",
    ]
    assert_whole(bench.slack, 4)


@pytest.mark.parametrize("streaming", [True, False], ids=["stream", "posts"])
async def test_a_long_answer_goes_over_several_messages(bench: Bench, streaming: bool) -> None:
    """Far more than 12,000 characters: every message keeps to Slack's limits, and all of the text is there."""
    if not streaming:
        bench.slack.troubles["chat.startStream"] = [lambda: failed("missing_scope")]
    async with bench.workspace(numbered(20, LONG)) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
    assert len(bench.slack.messages) > 3
    assert sum(len(text) for text in bench.slack.shown()) > 37_000
    assert_whole(bench.slack, 20, LONG)
    assert {message.thread for message in bench.slack.messages.values()} == {"1.1"}


async def test_one_enormous_quote_is_cut_at_blanks(bench: Bench) -> None:
    """A single quote of 20,000 characters is shown whole, as several quotes."""
    enormous = "Alt, hvad der er sagt, skal kunne findes igen. " * 420
    async with bench.workspace(numbered(1, enormous.strip())) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
    assert_whole(bench.slack, 1, enormous.strip())


async def test_a_long_answer_to_a_command_stays_private(bench: Bench) -> None:
    """Several messages to the asker, with the buttons under the last; the response URL is used at most five times."""
    async with bench.workspace(numbered(20, LONG * 2)) as workspace:
        await workspace.command("What about ROI?")
        await workspace.settled()
    assert {message.by for message in bench.slack.messages.values()} == {"ephemeral"}
    assert len(bench.slack.called("response_url")) <= 5
    shown = "\n".join(bench.slack.shown())
    assert all(f"[{marker}] Show in the text" in shown for marker in range(1, 21))
    assert shown.endswith("[Helpful] [Not helpful]\n[Share with the channel]")


async def test_refused_blocks_become_text(bench: Bench) -> None:
    """Should Slack refuse the blocks all the same, the asker gets the words."""
    bench.slack.troubles["chat.startStream"] = [lambda: failed("invalid_blocks")]
    bench.slack.troubles["chat.postMessage"] = [lambda: failed("invalid_blocks")]
    async with bench.workspace(numbered(2)) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
    [message] = bench.slack.messages.values()
    assert not message.blocks
    assert "ROI &amp; &lt;@U1&gt; måste" in message.text
    assert "[2]" in message.text


async def test_an_answer_by_a_model_shows_its_sources(bench: Bench) -> None:
    """Sentences with markers, and below them every cited quote with its voice and a link."""
    async with bench.workspace(lambda request: model_answer()) as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
        await workspace.command("What about ROI?")
        await workspace.settled()
    streamed, posted = bench.slack.shown()
    assert streamed.startswith(
        "They must learn what they invest in [1].\nOne asks how [2].\nSources\nAnnelie Näs writes"
    )
    assert "Somebody who is not named writes in a comment" in streamed
    assert streamed.count("Show in the text") == 2
    assert posted.removesuffix("\n[Share with the channel]") == streamed


async def test_without_a_public_address_documents_are_named_and_not_linked(bench: Bench) -> None:
    """No link is better than one that leads nowhere."""
    async with bench.workspace(numbered(1), public_url="") as workspace:
        await workspace.mention("What about ROI?")
        await workspace.settled()
    [shown] = bench.slack.shown()
    assert "Stoppa *hypen* <!channel>" in shown
    assert strings("en").text("slack.source") not in shown
    assert "http" not in shown
