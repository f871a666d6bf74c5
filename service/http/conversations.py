"""GET and DELETE /conversations/{id}, and POST /feedback."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from service.conversations import Conversations
from service.http.problems import responses
from service.wire import ConversationModel, FeedbackModel, MessageModel, ReplyModel

ConversationId = Annotated[str, Path(max_length=64)]


def router(conversations: Conversations) -> APIRouter:
    """The routes over what was said."""
    routes = APIRouter(tags=["conversations"])

    @routes.get("/conversations/{conversation_id}", responses=responses(404, 422, 500, 503))
    def read(conversation_id: ConversationId) -> ConversationModel:
        """Every question of a conversation with its reply, oldest first."""
        kept = conversations.messages(conversation_id)
        messages = [
            MessageModel(created=message.created, reply=ReplyModel.model_validate(message.reply)) for message in kept
        ]
        return ConversationModel(conversation_id=conversation_id, messages=messages)

    @routes.delete(
        "/conversations/{conversation_id}",
        status_code=HTTPStatus.NO_CONTENT,
        responses=responses(404, 422, 500, 503, 507),
    )
    def delete(conversation_id: ConversationId) -> None:
        """Forget a conversation, with the feedback on it."""
        conversations.remove(conversation_id)

    @routes.post("/feedback", status_code=HTTPStatus.NO_CONTENT, responses=responses(404, 422, 500, 503, 507))
    def feedback(body: FeedbackModel) -> None:
        """Keep what somebody thought of an answer."""
        conversations.rate(body.message_id, body.rating, body.comment)

    return routes
