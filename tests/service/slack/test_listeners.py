"""What people do in Slack, through the real application."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from index.schema import feedback, messages
from service.records import Answer, ChatRequest
from service.slack.render import FEEDBACK, SHARE
from service.strings import LANGUAGES, strings
from tests.service.slack.conftest import Bench, Workspace
from tests.service.slack.fake_assistant import QUOTE, answer_of
from tests.service.slack.fake_slack import Json

pytestmark = pytest.mark.anyio

QUESTIONS = {
    "en": "What about ROI?",
    "da": "Hvad med ROI?",
    "nb": "Hva med ROI?",
    "nn": "Kva med ROI?",
    "sv": "Vad gäller för ROI?",
}


async def test_a_mention_is_answered_in_its_thread(workspace: Workspace) -> None:
    """A mention gets one streamed answer under it, with a status before, quotes, links to the span, and buttons."""
    response = await workspace.mention("What about ROI?", ts="7.1")
    assert response.status_code == 200
    await workspace.settled()
    [message] = workspace.slack.messages.values()
    assert (message.channel, message.thread, message.by, message.streaming) == ("C1", "7.1", "stream", False)
    shown = message.shown()
    assert f"│ “{QUOTE}” [1] Show in the text" in shown
    assert "https://kilde.example.org/documents/d%201?start=10&end=" in shown
    assert "Person 2 writes in a comment on “Stoppa *hypen* <!channel>” (Swedish):" in shown
    assert shown.endswith("[Helpful] [Not helpful]")
    [status] = workspace.slack.called("assistant.threads.setStatus")
    assert status["status"] == strings("en").text("slack.status")


async def test_a_mention_in_a_thread_is_answered_there(workspace: Workspace) -> None:
    """A mention inside a thread does not open another one."""
    await workspace.mention("What about ROI?", ts="7.2", thread_ts="7.1")
    await workspace.settled()
    assert [message.thread for message in workspace.slack.messages.values()] == ["7.1"]


async def test_a_direct_message_is_answered(workspace: Workspace) -> None:
    """A message to the bot needs no mention."""
    await workspace.message("What about ROI?", ts="2.5")
    await workspace.settled()
    assert [(m.channel, m.thread) for m in workspace.slack.messages.values()] == [("D1", "2.5")]


async def test_a_thread_goes_on_without_a_mention(workspace: Workspace) -> None:
    """Where the bot has spoken it answers what follows, as one conversation."""
    await workspace.mention("What about ROI?", ts="3.1")
    await workspace.settled()
    await workspace.message("And who says so?", "C1", "3.2", thread_ts="3.1", channel_type="channel")
    await workspace.settled()
    assert len(workspace.slack.messages) == 2
    first, second = workspace.assistant.asked
    assert (first.conversation_id, second.message) == (None, "And who says so?")
    with workspace.assistant.library.record.read() as connection:
        kept = connection.execute(select(messages.c.conversation_id)).scalars().all()
    assert kept == [second.conversation_id] * 2


async def test_a_thread_goes_on_after_its_conversation_was_deleted(workspace: Workspace) -> None:
    """When somebody has deleted the conversation, the thread begins a new one."""
    await workspace.mention("What about ROI?", ts="3.1")
    await workspace.settled()
    with workspace.assistant.library.record.read() as connection:
        conversation = connection.execute(select(messages.c.conversation_id)).scalar_one()
    workspace.assistant.conversations.remove(conversation)
    await workspace.message("And who says so?", "C1", "3.2", thread_ts="3.1", channel_type="channel")
    await workspace.settled()
    assert len(workspace.slack.messages) == 2


@pytest.mark.parametrize(
    "event",
    [
        {"text": "Who?", "thread_ts": "9.9"},
        {"text": "<@U7> what do you think?", "thread_ts": "3.1"},
        {"text": ":tada: …", "thread_ts": "3.1"},
        {"text": "Tusen takk for hjelpen! :+1:", "thread_ts": "3.1"},
        {"text": "Who?", "thread_ts": "3.1", "bot_id": "B2"},
        {"text": "Who?", "thread_ts": "3.1", "subtype": "bot_message"},
        {"text": "Who?", "thread_ts": "3.1", "user": "USLACKBOT"},
        {"thread_ts": "3.1", "subtype": "message_changed", "hidden": True, "message": {"text": "Who?"}},
        {"thread_ts": "3.1", "subtype": "message_deleted", "hidden": True},
        {"text": "Who?", "thread_ts": "3.1", "edited": {"user": "U1", "ts": "3.3"}},
        {"text": "Who?"},
    ],
    ids=[
        "strange thread",
        "to others",
        "no words",
        "thanks",
        "bot",
        "bot message",
        "Slackbot",
        "edit",
        "deletion",
        "edited",
        "no thread",
    ],
)
async def test_what_is_not_for_the_bot_is_left_alone(workspace: Workspace, event: Json) -> None:
    """Other threads, people who talk to one another, bots and edits are acknowledged and not answered."""
    await workspace.mention("What about ROI?", ts="3.1")
    await workspace.settled()
    base = {"type": "message", "user": "U1", "channel": "C1", "ts": "3.2", "channel_type": "channel"}
    response = await workspace.event(base | event)
    await workspace.settled()
    assert response.status_code == 200
    assert len(workspace.slack.messages) == 1


@pytest.mark.parametrize("more", [{"bot_id": "B2"}, {"edited": {"user": "U1", "ts": "1.2"}}], ids=["bot", "edit"])
async def test_mentions_by_bots_and_by_edits_are_left_alone(workspace: Workspace, more: Json) -> None:
    """Two bots do not talk to each other, and an edit asks nothing new."""
    assert (await workspace.mention("What about ROI?", **more)).status_code == 200
    await workspace.settled()
    assert not workspace.slack.messages


async def test_the_bots_own_messages_are_left_alone(workspace: Workspace) -> None:
    """What the bot itself says in its direct messages is no question."""
    await workspace.message("An answer", user="UBOT", bot_id="BBOT")
    await workspace.settled()
    assert not workspace.slack.messages


async def test_a_mention_without_a_question_gets_a_greeting(workspace: Workspace) -> None:
    """Somebody who only calls the bot is told what it does."""
    await workspace.mention("")
    await workspace.settled()
    assert workspace.slack.shown() == [strings("en").text("courtesy.reply")]


async def test_politeness_in_a_direct_message_gets_a_greeting(workspace: Workspace) -> None:
    """Thanks are no question; there is no search for them."""
    await workspace.message("Tack så mycket!")
    await workspace.settled()
    assert len(workspace.slack.messages) == 1
    assert not workspace.assistant.asked


async def test_a_question_that_is_too_long_is_refused_in_words(workspace: Workspace) -> None:
    """More than 4,000 characters are not answered, and the asker is told why, in their language."""
    await workspace.mention("Hvad " + "ord " * 1200)
    await workspace.settled()
    assert workspace.slack.shown() == [strings("da").text("slack.too_long")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_answers_are_in_the_language_of_the_question(workspace: Workspace, language: str) -> None:
    """Status, introductions, links and buttons are in the asker's language; the quote is in its own."""
    await workspace.mention(QUESTIONS[language])
    await workspace.settled()
    words = strings(language)
    [shown] = workspace.slack.shown()
    assert words.quoted(QUOTE) in shown
    assert words.text("slack.source") in shown
    assert shown.endswith(f"[{words.text('slack.good')}] [{words.text('slack.bad')}]")
    assert workspace.slack.called("assistant.threads.setStatus")[0]["status"] == words.text("slack.status")


async def test_a_command_is_answered_to_the_asker_alone(workspace: Workspace) -> None:
    """/ask is acknowledged without a word and answered to nobody but the asker, with a button to share."""
    response = await workspace.command("What about ROI?")
    assert (response.status_code, response.text) == (200, "")
    await workspace.settled()
    [message] = workspace.slack.messages.values()
    assert (message.by, message.channel) == ("ephemeral", "asker")
    assert message.shown().endswith("[Share with the channel]")
    assert not workspace.slack.called("chat.postMessage")


async def test_a_command_without_a_question_says_how_it_is_used(workspace: Workspace) -> None:
    """/ask alone gets the greeting."""
    await workspace.command("  ")
    await workspace.settled()
    assert workspace.slack.shown() == [strings("en").text("courtesy.reply")]


def button(workspace: Workspace, action_id: str) -> Json:
    """A button in the last message, as Slack sends it when it is pressed."""
    for block in list(workspace.slack.messages.values())[-1].blocks:
        for element in block["elements"]:
            if element.get("action_id") == action_id:
                side = element.get("positive_button", element)
                return {"type": element["type"], "action_id": action_id, "block_id": "b", "value": side["value"]}
    raise AssertionError(f"no {action_id}")


async def test_an_answer_is_shared_with_the_channel_once(workspace: Workspace) -> None:
    """The button posts question, asker and the same answer for all to see; pressed twice, it does so once."""
    await workspace.command("What about ROI?")
    await workspace.settled()
    share = button(workspace, SHARE)
    for _ in range(2):
        assert (await workspace.press(share)).status_code == 200
        await workspace.settled()
    _, public = workspace.slack.messages.values()
    assert public.by == "in_channel"
    assert public.shown().startswith("@U2 asked:\n│ What about ROI?\nOn “ROI”")
    assert f"“{QUOTE}” [2]" in public.shown()
    assert len(workspace.assistant.asked) == 1


async def test_a_failed_share_can_be_tried_again(workspace: Workspace) -> None:
    """When Slack did not take it, the button works the next time."""
    from aiohttp import web

    await workspace.command("What about ROI?")
    await workspace.settled()
    share = button(workspace, SHARE)
    workspace.slack.troubles["response_url"].append(lambda: web.Response(status=404, text="no_service"))
    await workspace.press(share)
    await workspace.settled()
    await workspace.press(share)
    await workspace.settled()
    assert [message.by for message in workspace.slack.messages.values()] == ["ephemeral", "in_channel"]


async def test_sharing_what_is_not_kept_any_more_says_so(workspace: Workspace) -> None:
    """A button under an answer whose conversation was deleted tells that it is gone."""
    await workspace.press({"type": "button", "action_id": SHARE, "block_id": "b", "value": "no:such"})
    await workspace.settled()
    assert workspace.slack.shown() == [strings("en").text("slack.gone")]


@pytest.mark.parametrize("rating", ["up", "down"])
async def test_feedback_is_kept_as_the_widgets_is(workspace: Workspace, rating: str) -> None:
    """A press is stored for the message, the last one counts, and the person alone is thanked, in the thread."""
    await workspace.mention("What about ROI?", ts="3.1")
    await workspace.settled()
    pressed = button(workspace, FEEDBACK)
    message_id = pressed["value"].partition(":")[2]
    for value in ("up" if rating == "down" else "down", rating):
        await workspace.press(pressed | {"value": f"{value}:{message_id}"}, thread="3.1")
        await workspace.settled()
    with workspace.assistant.library.record.read() as connection:
        kept = [tuple(row) for row in connection.execute(select(feedback.c.message_id, feedback.c.rating))]
    assert kept == [(message_id, rating)]
    thanks = workspace.slack.called("response_url")[-1]
    assert (thanks["text"], thanks["response_type"], thanks["thread_ts"]) == (
        strings("en").text("slack.thanks"),
        "ephemeral",
        "3.1",
    )


async def test_feedback_on_what_is_gone_says_so(workspace: Workspace) -> None:
    """A rating of a deleted answer is not lost without a word."""
    await workspace.press({"type": "feedback_buttons", "action_id": FEEDBACK, "block_id": "b", "value": "up:none"})
    await workspace.settled()
    assert workspace.slack.shown() == [strings("en").text("slack.gone")]


async def test_opening_the_messages_suggests_questions_that_are_answered(bench: Bench) -> None:
    """Who opens the conversation is shown up to four questions, none of which the documents leave unanswered."""

    def script(request: ChatRequest) -> Answer:
        return replace(answer_of(), answered="ROI" not in request.message)

    async with bench.workspace(script) as workspace:
        for _ in range(2):
            await workspace.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"})
            await workspace.settled()
        calls = workspace.slack.called("assistant.threads.setSuggestedPrompts")
        tried = [request.message for request in workspace.assistant.asked]
        with workspace.assistant.library.record.read() as connection:
            assert connection.execute(select(messages.c.id)).all() == []
    assert calls[0] == calls[1]
    assert "thread_ts" not in calls[0]
    shown = [prompt["message"] for prompt in calls[0]["prompts"]]
    assert shown == [question for question in tried if "ROI" not in question]
    assert shown[-1] == "What is “Stoppa *hypen* <!channel>” about?"
    assert len(tried) == len(set(tried))


async def test_the_older_view_gets_suggestions_too(workspace: Workspace) -> None:
    """A thread that was started with the bot shows the same questions."""
    await workspace.event(
        {
            "type": "assistant_thread_started",
            "assistant_thread": {"user_id": "U1", "channel_id": "D1", "thread_ts": "5.1"},
        }
    )
    await workspace.settled()
    assert workspace.slack.called("assistant.threads.setSuggestedPrompts")[0]["thread_ts"] == "5.1"


async def test_other_events_and_buttons_are_acknowledged(workspace: Workspace) -> None:
    """What no listener is for is not sent again by Slack."""
    for response in (
        await workspace.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}),
        await workspace.event({"type": "reaction_added", "user": "U1"}),
        await workspace.press({"type": "button", "action_id": "unknown", "block_id": "b", "value": "x"}),
    ):
        assert response.status_code == 200
    await workspace.settled()
    assert not workspace.slack.calls
