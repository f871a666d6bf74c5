"""An answer as a service sent it, made into the records that the terminal shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from index.records import DocumentInfo, Speaker
from service.records import Aid, Answer, Citation, Quote, Reply, Section, Timings, Translation


def reply_of(sent: Mapping[str, Any], paths: Mapping[str, str]) -> Reply:
    """The reply of a ReplyModel (`service.wire`), as far as it is shown: what is not sent is left blank.

    Args:
        paths: of each cited document, within the folder of documents.

    Raises:
        KeyError, TypeError: it is none.
    """
    answer = Answer(
        headline=sent["headline"],
        sections=tuple(Section(one["introduction"], tuple(one["markers"]), one["kind"]) for one in sent["sections"]),
        citations=tuple(_citation(one, paths) for one in sent["citations"]),
        answered=sent["answered"],
        language=sent["language"],
        mode=sent["mode"],
        model=sent["model"],
        confidence=sent["confidence"],
    )
    question, timings = sent["question"], sent["timings_ms"]
    return Reply(
        conversation_id=sent["conversation_id"],
        message_id=sent["message_id"],
        question=question["text"],
        standalone=question["standalone"],
        question_language=question["language"],
        answer=answer,
        timings_ms=Timings(timings["retrieve"], timings["answer"], timings["total"]),
    )


def _citation(sent: Mapping[str, Any], paths: Mapping[str, str]) -> Citation:
    document = sent["document"]
    speaker = Speaker(sent["speaker"]["name"] if sent["speaker"] else None, sent["role"])
    return Citation(
        marker=sent["marker"],
        document=DocumentInfo(
            id=document["id"],
            title=document["title"],
            language=document["language"],
            author=None,
            path=paths[document["id"]],
            sha256="",
            characters=0,
            passages=0,
        ),
        quote=Quote(
            document_id=document["id"],
            passage_id="",
            speaker=speaker,
            language=sent["language"],
            text=sent["quote"],
            start=sent["start"],
            end=sent["end"],
            score=sent["score"],
        ),
        gloss=Aid(**sent["gloss"]) if sent["gloss"] else None,
        translation=Translation(**sent["translation"]) if sent["translation"] else None,
    )
