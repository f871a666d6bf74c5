"""The whole way, from a signed mention to the marked words in the source, over the shipped documents."""

from __future__ import annotations

import re

import httpx
import pytest
from pydantic import SecretStr

from service.assistant import Assistant
from service.http.app import create_app
from service.settings import Settings
from service.slack.app import open_slack
from service.strings import LANGUAGES, strings
from tests.service.slack.conftest import SECRET, Bench, Workspace

pytestmark = pytest.mark.anyio

QUESTIONS = {
    "en": "what do the authors think about ROI?",
    "da": "Hvad mener forfatterne om ROI?",
    "nb": "Hva mener forfatterne om ROI?",
    "nn": "Kva meiner forfattarane om ROI?",
    "sv": "Vad tycker författarna om ROI?",
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_mention_leads_to_the_marked_words(bench: Bench, seeds_assistant: Assistant, language: str) -> None:
    """The answer is in the asker's language, and each link opens a page on which the quote is marked."""
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr("xoxb-1"),
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=f"{bench.slack.url}/api/",
        public_url="https://kilde.test",
    )
    bot = open_slack(seeds_assistant, settings)
    # The application is not entered, so that the shared assistant is not closed.
    transport = httpx.ASGITransport(app=create_app(seeds_assistant, slack_bot=bot))
    await bot.start()
    async with httpx.AsyncClient(transport=transport, base_url="https://kilde.test") as http:
        workspace = Workspace(bench.slack, seeds_assistant, bot, http)  # type: ignore[arg-type]  # the real one
        await workspace.mention(QUESTIONS[language], ts=f"8.{language}", event_id=f"Ev{language}")
        await workspace.settled()
        [shown] = bench.slack.shown()
        words = strings(language)
        assert shown.split("\n")[0].count("ROI") == 1
        assert words.text("slack.source") in shown
        links = re.findall(r"\((https://kilde\.test/documents/\S+)\)", shown)
        assert links
        page = await http.get(links[0], headers={"accept": "text/html"})
    await bot.stop()
    assert page.status_code == 200
    assert "<mark" in page.text
