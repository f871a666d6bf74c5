"""Slack's notation, in and out."""

from __future__ import annotations

import pytest

from service.courtesies import asks_something
from service.slack.text import escape, plain_question, speaks_to_others


def test_three_characters_are_escaped() -> None:
    """Nothing that is escaped can be a mention, a link or an entity."""
    assert escape("<!here> & <@U1|x> &lt;") == "&lt;!here&gt; &amp; &lt;@U1|x&gt; &amp;lt;"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@UBOT> What  about\nROI?", "What about ROI?"),
        ("<@U1|anna> ask <#C1|general> or <#C2>", "ask #general or"),
        ("<!here> see <https://a.example/x|this> and <https://b.example>", "see this and https://b.example"),
        ("<mailto:a@b.example|a@b.example> &lt;b&gt; &amp;amp; 1 &lt; 2", "a@b.example <b> &amp; 1 < 2"),
        ("<!subteam^S1|@team> hi", "hi"),
        ("", ""),
    ],
)
def test_a_question_is_read_as_plain_text(written: str, read: str) -> None:
    """Mentions go, links and channels are named, entities are characters again, once."""
    assert plain_question(written) == read


def test_whom_a_message_speaks_to() -> None:
    """Somebody else is named, and the bot is not."""
    assert speaks_to_others("<@U1> what?", "UBOT")
    assert speaks_to_others("<!here> what?", "UBOT")
    assert not speaks_to_others("<@UBOT> and <@U1>, what?", "UBOT")
    assert not speaks_to_others("what about <#C1|general>?", "UBOT")


def test_what_asks_something() -> None:
    """There is a word in it that is not just polite."""
    assert asks_something("Varför?")
    assert asks_something("ROI")
    assert asks_something("Tak, og hvem siger det?")
    for polite in ("Thank you so much!", "tusind tak", "Tusen takk for hjelpen", "Ja, precis!", "ok 👍"):
        assert not asks_something(polite)
    assert not asks_something(":thumbsup: … !")
