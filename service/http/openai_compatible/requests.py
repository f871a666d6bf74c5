"""What programs send: the parts of OpenAI's requests that mean something here. All others are ignored."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, Field

from service.http.openai_compatible.errors import RequestRefused
from service.records import MAX_MESSAGE_CHARACTERS, ChatRequest, Turn

Item = dict[str, object]
Content = str | list[Item] | None
TEXT_TYPES = ("text", "input_text", "output_text")


class MessageModel(BaseModel):
    role: str
    content: Content = None


class StreamOptionsModel(BaseModel):
    include_usage: bool | None = False


class ChatCompletionModel(BaseModel):
    """POST /v1/chat/completions. Only user and assistant messages count: the instructions are ours."""

    model: str
    messages: Annotated[list[MessageModel], Field(min_length=1, max_length=10_000)]
    stream: bool | None = False
    stream_options: StreamOptionsModel | None = None

    def record(self) -> ChatRequest:
        """The last user message as the question, what was said before it as history. Nothing is kept."""
        turns = turns_of([(message.role, text_of(message.content)) for message in self.messages])
        question = last_question(turns, "messages")
        return ChatRequest(question, history=turns[:-1], keep=False)

    def text(self) -> str:
        """All that was sent, to count its tokens."""
        return "\n".join(text_of(message.content) for message in self.messages)


class ResponseModel(BaseModel):
    """POST /v1/responses."""

    model: str
    input: str | list[Item]
    stream: bool | None = False
    previous_response_id: str | None = None
    store: bool | None = True
    metadata: dict[str, str] | None = None

    def turns(self) -> tuple[Turn, ...]:
        """What the input says, with its last user message as the question of the last turn."""
        if isinstance(self.input, str):
            return (Turn(self.input),)
        return turns_of([(str(item.get("role", "")), text_of(item.get("content"))) for item in self.input])

    def record(self, conversation_id: str | None) -> ChatRequest:
        """The question with what the input says before it, or in the conversation that it goes on with."""
        turns = self.turns()
        question = last_question(turns, "input")
        history = () if conversation_id else turns[:-1]
        return ChatRequest(question, conversation_id, history=history, keep=self.store is not False)

    def text(self) -> str:
        """All that was sent, to count its tokens."""
        return "\n".join(f"{turn.question}\n{turn.answer}" for turn in self.turns())


def text_of(content: object) -> str:
    """The text of a message, whether it is a string or in parts; parts that are no text are left out."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") for part in content if isinstance(part, dict) and part.get("type") in TEXT_TYPES)
    return "\n".join(text for text in parts if isinstance(text, str))


def turns_of(messages: list[tuple[str, str]]) -> tuple[Turn, ...]:
    """(role, text) pairs as turns: each user message with the assistant's next one."""
    turns: list[Turn] = []
    for role, text in messages:
        text = text.strip()[:MAX_MESSAGE_CHARACTERS] if role != "user" else text.strip()
        if role == "user" and text:
            turns.append(Turn(text))
        elif role == "assistant" and turns and text:
            turns[-1] = Turn(turns[-1].question, text)
    return tuple(turns)


def last_question(turns: tuple[Turn, ...], param: str) -> str:
    """The question to be answered. Raises RequestRefused where there is none, or it is too long."""
    if not turns or not turns[-1].question.strip():
        raise RequestRefused(HTTPStatus.BAD_REQUEST, "expected a user message with text, found none", param=param)
    question = turns[-1].question
    if len(question) > MAX_MESSAGE_CHARACTERS:
        found = f"expected a question of at most {MAX_MESSAGE_CHARACTERS:,} characters, found {len(question):,}"
        raise RequestRefused(HTTPStatus.BAD_REQUEST, found, param=param, code="string_above_max_length")
    return question
