"""Several workspaces that install the bot by OAuth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from index.schema import slack_bots, slack_installations
from service.slack.manifest import manifest
from tests.service.slack.conftest import Bench, Workspace

# slack_sdk still hands aiohttp a BasicAuth for oauth.v2.access.
pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")]


@pytest.fixture
async def shop(bench: Bench) -> AsyncIterator[Workspace]:
    """A bot that workspaces can install."""
    several: dict[str, Any] = {"slack_client_id": "1.2", "slack_client_secret": SecretStr("client-secret")}
    async with bench.workspace(**several, slack_bot_token=SecretStr("")) as entered:
        entered.team = "T9"
        yield entered


async def install(shop: Workspace, code: str = "good-code", browser: bool = True) -> int:
    """Go the way of somebody who installs the bot; the status of the last page."""
    start = await shop.http.get("/slack/install")
    assert start.status_code == 302
    state = parse_qs(urlsplit(start.headers["location"]).query)["state"][0]
    cookie = start.headers["set-cookie"].split(";")[0] if browser else "other=1"
    shop.http.cookies.clear()
    back = await shop.http.get(
        "/slack/oauth_redirect", params={"code": code, "state": state}, headers={"cookie": cookie}
    )
    return back.status_code


async def test_the_way_to_slack_asks_for_what_the_manifest_asks_for(shop: Workspace) -> None:
    """The scopes stand once, in the manifest; Slack is told where to send people back to."""
    target = urlsplit((await shop.http.get("/slack/install")).headers["location"])
    query = parse_qs(target.query)
    assert (target.netloc, target.path) == ("slack.com", "/oauth/v2/authorize")
    assert query["scope"] == [",".join(manifest()["oauth_config"]["scopes"]["bot"])]
    assert query["redirect_uri"] == ["https://kilde.example.org/slack/oauth_redirect"]


async def test_an_installed_workspace_is_answered_with_its_own_token(shop: Workspace) -> None:
    """Before the installation the bot does nothing for a workspace, after it the bot answers as its bot."""
    await shop.mention("What about ROI?", ts="1.1")
    await shop.settled()
    assert not shop.slack.messages
    assert await install(shop) == 200
    await shop.mention("What about ROI?", ts="1.2")
    await shop.settled()
    assert [message.token for message in shop.slack.messages.values()] == ["xoxb-installed"]


async def test_workspaces_are_told_apart(shop: Workspace) -> None:
    """Another workspace has not installed it by that."""
    await install(shop)
    shop.team = "T8"
    await shop.mention("What about ROI?")
    await shop.settled()
    assert not shop.slack.messages


@pytest.mark.parametrize(("code", "browser"), [("bad-code", True), ("good-code", False)], ids=["code", "browser"])
async def test_an_installation_that_nobody_agreed_to_is_refused(shop: Workspace, code: str, browser: bool) -> None:
    """A wrong code, or another browser than the one that began, installs nothing."""
    assert await install(shop, code, browser) >= 400
    with shop.assistant.library.record.read() as connection:
        assert connection.execute(select(func.count()).select_from(slack_installations)).scalar() == 0


async def test_a_state_can_be_used_once(shop: Workspace) -> None:
    """Who has seen the address of an installation cannot repeat it."""
    start = await shop.http.get("/slack/install")
    state = parse_qs(urlsplit(start.headers["location"]).query)["state"][0]
    cookie = {"cookie": start.headers["set-cookie"].split(";")[0]}
    shop.http.cookies.clear()
    query = {"code": "good-code", "state": state}
    first = await shop.http.get("/slack/oauth_redirect", params=query, headers=cookie)
    second = await shop.http.get("/slack/oauth_redirect", params=query, headers=cookie)
    assert (first.status_code, second.status_code) == (200, 401)


async def test_a_token_is_forgotten_when_the_bot_is_removed(shop: Workspace) -> None:
    """After app_uninstalled nothing of the workspace's token is kept."""
    await install(shop)
    assert (await shop.event({"type": "app_uninstalled"})).status_code == 200
    await shop.settled()
    with shop.assistant.library.record.read() as connection:
        for table in (slack_bots, slack_installations):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0


async def test_nothing_that_is_logged_holds_a_secret(shop: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the client secret nor an installed token, at the most talkative level."""
    caplog.set_level("DEBUG")
    await install(shop)
    await shop.mention("What about ROI?")
    await shop.settled()
    assert "client-secret" not in caplog.text
    assert "xoxb-installed" not in caplog.text
