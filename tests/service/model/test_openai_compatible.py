"""The official client and LangChain talk to the running service and read typed citations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import openai
import pytest
from openai.types.chat.chat_completion_message import Annotation as ChatAnnotation
from openai.types.responses.response_output_text import AnnotationURLCitation
from openai.types.responses.response_output_text_annotation_added_event import (
    AnnotationURLCitation as AddedURLCitation,
)

from index.library import Library
from service.http.app import create_app
from service.settings import Settings
from tests.service.model.conftest import Serving, make_assistant
from tests.service.model.prompted import trusting
from tests.service.model.scripted import Say, ScriptedModel

QUESTION = "What do the neighbours say about the garden and trust?"
ASKED = [{"role": "system", "content": "You are a pirate."}, {"role": "user", "content": QUESTION}]


@pytest.fixture(params=["extractive", "generative"])
def address(request: pytest.FixtureRequest, library: Library, settings: Settings) -> Iterator[str]:
    """The base URL of the running service, without a model and with one."""
    if request.param == "extractive":
        with Serving(create_app(make_assistant(library, settings))) as url:
            yield f"{url}/v1"
    else:
        request.getfixturevalue("scripted").script = trusting
        with Serving(create_app(make_assistant(library, settings, request.getfixturevalue("model")))) as url:
            yield f"{url}/v1"


@pytest.fixture
def plain(library: Library, settings: Settings) -> Iterator[str]:
    """The base URL of the service without a model."""
    with Serving(create_app(make_assistant(library, settings))) as url:
        yield f"{url}/v1"


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=address, api_key="any", max_retries=0) as made:
        yield made


def assert_true(library: Library, text: str, citation: Any) -> None:
    """An annotation lies on a marker of the text, and its quote stands in the document where it says."""
    extra = citation.model_extra
    assert text[citation.start_index : citation.end_index] == f"[{extra['marker']}]"
    assert citation.url.startswith("http://127.0.0.1:")
    assert f"/documents/{extra['document_id']}?start={extra['start']}&end={extra['end']}" in citation.url
    document = library.record.document(extra["document_id"])
    assert document is not None
    assert document.text[extra["start"] : extra["end"]] == extra["quote"]
    assert citation.title == document.title


def assert_markers_are_annotated(text: str, citations: list[Any]) -> None:
    assert citations
    assert [citation.start_index for citation in citations] == sorted(citation.start_index for citation in citations)
    assert len(citations) == sum(text.count(f"[{number}]") for number in range(1, 20))


def test_models_are_listed(plain: str) -> None:
    """Two models, typed, that can also be looked up."""
    with openai.OpenAI(base_url=plain, api_key="any") as client:
        assert [model.id for model in client.models.list()] == ["kilde", "kilde-sources"]
        assert client.models.retrieve("kilde").owned_by == "kilde"


def test_a_chat_completion_has_typed_annotations(client: openai.OpenAI, library: Library) -> None:
    """`message.annotations` are the client's own types, with quote and offsets as extra fields."""
    completion = client.chat.completions.create(model="kilde", messages=ASKED, temperature=0.2, max_tokens=5, seed=1)
    choice = completion.choices[0]
    text, annotations = choice.message.content or "", choice.message.annotations or []
    assert choice.finish_reason == "stop"
    assert all(type(annotation) is ChatAnnotation for annotation in annotations)
    assert_markers_are_annotated(text, [annotation.url_citation for annotation in annotations])
    for annotation in annotations:
        assert_true(library, text, annotation.url_citation)
    assert completion.usage
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_a_chat_stream_ends_with_annotations_and_usage(client: openai.OpenAI, library: Library) -> None:
    """Text in chunks, one chunk with all annotations before the reason for the end, and usage where it is wanted."""
    chunks = list(
        client.chat.completions.create(
            model="kilde", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    reasons = [chunk.choices[0].finish_reason if chunk.choices else "usage" for chunk in chunks]
    assert reasons[-2:] == ["stop", "usage"]
    assert set(reasons[:-2]) == {None}
    extra = chunks[-3].choices[0].delta.model_extra or {}
    annotations = [ChatAnnotation.model_validate(annotation) for annotation in extra["annotations"]]
    assert_markers_are_annotated(text, [annotation.url_citation for annotation in annotations])
    for annotation in annotations:
        assert_true(library, text, annotation.url_citation)
    assert chunks[-1].usage
    assert chunks[-1].usage.completion_tokens > 0
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_says_what_the_whole_says(client: openai.OpenAI) -> None:
    """Streaming changes the way of an answer, not the answer; without include_usage no chunk has usage."""
    whole = client.chat.completions.create(model="kilde", messages=ASKED).choices[0].message.content
    chunks = list(client.chat.completions.create(model="kilde", messages=ASKED, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole
    assert all(chunk.usage is None for chunk in chunks)


def test_the_async_client_reads_the_same(address: str, library: Library) -> None:
    """Sync or async, chat or responses, whole or streamed: the text is the same, and the citations are typed."""
    anyio.run(read_all, address, library)


async def read_all(address: str, library: Library) -> None:
    async with openai.AsyncOpenAI(base_url=address, api_key="any", max_retries=0) as client:
        whole = await client.chat.completions.create(model="kilde", messages=ASKED)
        text = whole.choices[0].message.content or ""
        streamed = await client.chat.completions.create(model="kilde", messages=ASKED, stream=True)
        pieces = [chunk.choices[0].delta.content or "" async for chunk in streamed]
        response = await client.responses.create(model="kilde", input=QUESTION)
        events = [event async for event in await client.responses.create(model="kilde", input=QUESTION, stream=True)]
    assert "".join(pieces) == text == response.output_text
    assert events[-1].type == "response.completed"
    for annotation in whole.choices[0].message.annotations or []:
        assert_true(library, text, annotation.url_citation)


def test_a_response_has_typed_annotations(client: openai.OpenAI, library: Library) -> None:
    """`output_text.annotations` are the client's own types."""
    response = client.responses.create(
        model="kilde", input=[{"role": "user", "content": [{"type": "input_text", "text": QUESTION}]}], store=False
    )
    message = response.output[0]
    assert message.type == "message"
    part = message.content[0]
    assert part.type == "output_text"
    assert part.text == response.output_text
    assert all(type(annotation) is AnnotationURLCitation for annotation in part.annotations)
    assert_markers_are_annotated(part.text, part.annotations)
    for annotation in part.annotations:
        assert_true(library, part.text, annotation)
    assert response.status == "completed"
    assert response.usage
    assert response.usage.output_tokens > 0


def test_a_response_stream_adds_annotations(client: openai.OpenAI, library: Library) -> None:
    """The events come in OpenAI's order, numbered, and each citation is announced by its own event."""
    events = list(client.responses.create(model="kilde", input=QUESTION, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    added = [event.annotation for event in events if event.type == "response.output_text.annotation.added"]
    assert all(type(annotation) is AddedURLCitation for annotation in added)
    assert_markers_are_annotated(text, added)
    for annotation in added:
        assert_true(library, text, annotation)
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == text


def test_the_stream_helper_reads_it(client: openai.OpenAI) -> None:
    """The SDK's own accumulating helper builds the final response."""
    with client.responses.stream(model="kilde", input=QUESTION) as stream:
        for _ in stream:
            pass
        final = stream.get_final_response()
    assert final.output_text
    assert final.output[0].type == "message"


def test_the_sources_model_lists_them(client: openai.OpenAI) -> None:
    """For programs that drop annotations the answer ends with title and link of each source, streamed or not."""
    plain = client.chat.completions.create(model="kilde", messages=ASKED).choices[0].message
    whole = client.chat.completions.create(model="kilde-sources", messages=ASKED).choices[0].message.content or ""
    assert whole.startswith(f"{plain.content}\n\n**Sources**\n\n[1] [")
    for annotation in plain.annotations or []:
        assert annotation.url_citation.url in whole
    chunks = client.chat.completions.create(model="kilde-sources", messages=ASKED, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole
    assert client.responses.create(model="kilde-sources", input=QUESTION).output_text == whole


def test_earlier_messages_are_the_conversation(plain: str) -> None:
    """A follow-up is understood by the messages before it, and nothing is kept."""
    with openai.OpenAI(base_url=plain, api_key="any") as client:
        first = client.chat.completions.create(model="kilde", messages=ASKED).choices[0].message
        messages: Any = [*ASKED, {"role": "assistant", "content": first.content}, {"role": "user", "content": "Why?"}]
        content = client.chat.completions.create(model="kilde", messages=messages).choices[0].message.content or ""
        alone = client.chat.completions.create(model="kilde", messages=[{"role": "user", "content": "Why?"}])
    assert content != alone.choices[0].message.content


@pytest.mark.parametrize("stream", [False, True])
def test_how_a_question_was_understood_stands_above_its_answer(client: openai.OpenAI, stream: bool) -> None:
    """In a program of somebody's own nothing else would tell that a word was read as another one."""
    asked = [{"role": "user", "content": "What do the neighbours say about the gadren and trust?"}]
    made = client.chat.completions.create(model="kilde", messages=asked, stream=stream)
    if stream:
        text = "".join(chunk.choices[0].delta.content or "" for chunk in made if chunk.choices)
        said = client.responses.create(model="kilde", input=asked[0]["content"], stream=True)
        answer = "".join(event.delta for event in said if event.type == "response.output_text.delta")
    else:
        text = made.choices[0].message.content or ""
        answer = client.responses.create(model="kilde", input=asked[0]["content"]).output_text
    assert text.startswith(f"*Understood as: {QUESTION}*\n\n")
    assert answer == text


def test_a_response_goes_on_from_the_one_before(plain: str) -> None:
    """`previous_response_id` continues a stored conversation; one that was not stored cannot be continued."""
    with openai.OpenAI(base_url=plain, api_key="any") as client:
        first = client.responses.create(model="kilde", input=QUESTION)
        second = client.responses.create(model="kilde", input="Why?", previous_response_id=first.id)
        assert second.previous_response_id == first.id
        forgotten = client.responses.create(model="kilde", input=QUESTION, store=False)
        with pytest.raises(openai.BadRequestError) as refused:
            client.responses.create(model="kilde", input="Why?", previous_response_id=forgotten.id)
    assert refused.value.code == "previous_response_not_found"


@pytest.mark.parametrize(
    ("path", "body", "status", "param", "code"),
    [
        ("chat/completions", {"model": "gpt-9", "messages": ASKED}, 404, "model", "model_not_found"),
        ("chat/completions", {"model": "kilde", "messages": []}, 400, "messages", None),
        ("chat/completions", {"model": "kilde"}, 400, "messages", None),
        ("chat/completions", {"messages": ASKED}, 400, "model", None),
        (
            "chat/completions",
            {"model": "kilde", "messages": [{"role": "system", "content": "Hi"}]},
            400,
            "messages",
            None,
        ),
        ("chat/completions", {"model": "kilde", "messages": [{"role": "user", "content": " "}]}, 400, "messages", None),
        (
            "chat/completions",
            {"model": "kilde", "messages": [{"role": "user", "content": "x" * 4001}]},
            400,
            "messages",
            "string_above_max_length",
        ),
        ("responses", {"model": "kilde", "input": ""}, 400, "input", None),
        ("responses", {"model": "kilde", "input": 7}, 400, "input.str", None),
        ("responses", {"model": "nope", "input": "x"}, 404, "model", "model_not_found"),
        ("embeddings", {}, 404, None, None),
    ],
)
def test_errors_have_openais_envelope(
    plain: str, path: str, body: dict[str, Any], status: int, param: str | None, code: str | None
) -> None:
    """What cannot be answered is refused in the shape that the clients turn into their own exceptions."""
    response = httpx.post(f"{plain}/{path}", json=body)
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, code)
    assert error["message"]


def test_a_body_that_is_no_json_is_refused_in_the_envelope(plain: str) -> None:
    """Also what cannot be read at all."""
    response = httpx.post(f"{plain}/chat/completions", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    with openai.OpenAI(base_url=plain, api_key="any", max_retries=0) as client, pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-9")


def test_content_in_parts_and_unknown_parameters(plain: str) -> None:
    """Text parts are joined, others left out; parameters that mean nothing here are ignored, whatever they hold."""
    parts = [{"type": "text", "text": QUESTION}, {"type": "image_url", "image_url": {"url": "data:,"}}]
    body = {
        "model": "kilde",
        "messages": [{"role": "user", "content": parts, "name": "me"}],
        "temperature": "hot",
        "tools": "none",
        "n": 3,
        "unheard_of": {"x": 1},
        "stream": None,
    }
    response = httpx.post(f"{plain}/chat/completions", json=body)
    assert response.status_code == 200
    assert len(response.json()["choices"]) == 1


def test_a_failure_on_the_way_reaches_the_client(library: Library, settings: Settings) -> None:
    """When an answer fails after it began, a stream ends with an error that the client raises, without its cause."""
    assistant = make_assistant(library, settings)
    real = assistant.stream

    def failing(*arguments: Any, **more: Any) -> Iterator[Any]:
        yield next(iter(real(*arguments, **more)))
        raise RuntimeError("secret")

    assistant.stream = failing  # type: ignore[method-assign]
    with Serving(create_app(assistant)) as url, openai.OpenAI(base_url=f"{url}/v1", api_key="any") as client:
        with pytest.raises(openai.APIError, match="failed on this request"):
            list(client.chat.completions.create(model="kilde", messages=ASKED, stream=True))
        *_, last = client.responses.create(model="kilde", input=QUESTION, stream=True)
        assert last.type == "response.failed"
        assert last.response.error
        assert "secret" not in last.response.error.message


def test_a_stream_is_what_the_specification_says(plain: str) -> None:
    """Each event is one line of JSON, and the last one says that it is done."""
    with httpx.stream(
        "POST", f"{plain}/chat/completions", json={"model": "kilde", "messages": ASKED, "stream": True}
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in response.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    assert all(json.loads(line.removeprefix("data: "))["object"] == "chat.completion.chunk" for line in lines[:-1])


def test_a_client_that_leaves_stops_the_work(service: str, scripted: ScriptedModel) -> None:
    """When the program goes away in mid-answer, the call to the model ends too."""
    scripted.script = lambda body: Say([*trusting(body).pieces, *[" And so on"] * 2000], pause_seconds=0.02)
    body = {"model": "kilde", "messages": ASKED, "stream": True}
    with httpx.stream("POST", f"{service}/v1/chat/completions", json=body, timeout=30) as response:
        for line in response.iter_lines():
            if "Ingrid" in line:
                break
    assert scripted.left.acquire(timeout=20)


def test_langchain_reads_citations(address: str) -> None:
    """ChatOpenAI answers over chat completions, and over responses with typed citations; whole and streamed."""
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(base_url=address, api_key="any", model="kilde", max_retries=0)
    text = chat.invoke(QUESTION).text
    assert "[1]" in text
    assert "".join(chunk.text for chunk in chat.stream(QUESTION)) == text
    responses = ChatOpenAI(base_url=address, api_key="any", model="kilde", max_retries=0, use_responses_api=True)
    for message in (responses.invoke(QUESTION), sum_of(responses.stream(QUESTION))):
        citations = [
            annotation
            for block in message.content_blocks
            if block["type"] == "text"
            for annotation in block.get("annotations", [])
        ]
        assert message.text == text
        assert citations
        assert all(citation["type"] == "citation" for citation in citations)
        assert all(citation["url"].startswith("http://127.0.0.1:") for citation in citations)


def sum_of(chunks: Iterator[Any]) -> Any:
    """The message that the chunks add up to."""
    total = next(chunks)
    for chunk in chunks:
        total += chunk
    return total
