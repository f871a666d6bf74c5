"""POST /slack/events, and the installation by OAuth. Without Slack in the settings these addresses do not exist."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from service.http.problems import problem, responses

if TYPE_CHECKING:
    from service.slack.app import Slack

UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What Bolt fails with on a body of another shape than Slack's; it reads the body before it checks who sent it."""

DETAILS = {
    HTTPStatus.UNAUTHORIZED: "expected a request that Slack signed within the last five minutes",
    HTTPStatus.NOT_FOUND: "expected an event that the bot listens to",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service failed on this request; it has been logged.",
}


def router(slack: Slack | None) -> APIRouter:
    """The routes that Slack calls; the signature is checked by Bolt, on the bytes of the body."""
    routes = APIRouter(tags=["slack"])

    @routes.post("/slack/events", responses=responses(400, 401, 404, 413, 500))
    async def events(request: Request) -> Response:
        """Events, commands and buttons. Acknowledged within a second, answered afterwards."""
        bot = configured(slack)
        body = await request.body()
        from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response

        try:
            event = to_async_bolt_request(request, body)
        except UNREADABLE:
            return problem(HTTPStatus.BAD_REQUEST, "expected a body of JSON or form fields in UTF-8")
        response = to_starlette_response(await bot.bolt.async_dispatch(event))
        if response.status_code < HTTPStatus.BAD_REQUEST:
            return response
        status = HTTPStatus(response.status_code)
        return problem(status, DETAILS.get(status, "Slack's request was not accepted."))

    @routes.get("/slack/install", responses=responses(404, 500))
    async def install(request: Request) -> Response:
        """Send somebody to Slack, to install the bot in a workspace."""
        return await oauth(request)

    @routes.get("/slack/oauth_redirect", responses=responses(404, 500))
    async def oauth_redirect(request: Request) -> Response:
        """Take in the installation that somebody agreed to."""
        return await oauth(request)

    async def oauth(request: Request) -> Response:
        bot = configured(slack)
        if bot.bolt.oauth_flow is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "expected a client ID of Slack in the settings, found none")
        from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler

        return await AsyncSlackRequestHandler(bot.bolt).handle(request)

    return routes


def configured(slack: Slack | None) -> Slack:
    """The bot. Raises HTTPException 404 where there is none."""
    if slack is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "expected Slack in the settings, found none")
    return slack
