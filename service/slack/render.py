"""An answer as Slack's blocks: rich text, in which nothing that stands in a document can become a link or a mention."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextActionsBlock,
    ContextBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
    PlainTextObject,
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from service.records import Sentence
from service.strings import Strings
from service.wire import CitationModel, ReplyModel
from service.wording import understood

Block = dict[str, Any]
Text = RichTextElementParts.Text
Style = RichTextElementParts.TextStyle

FEEDBACK = "kilde_feedback"
SHARE = "kilde_share"

MAX_BLOCK_CHARACTERS = 3000
"""Slack's limit for a section's text; rich text has no documented one, and is kept to the same."""
MAX_MESSAGE_CHARACTERS = 12_000
"""Slack refuses messages whose blocks, as JSON, pass about 13,200 characters (bolt-js issue 2509)."""
MAX_MESSAGE_BLOCKS = 48
"""Slack takes 50; two are left for the buttons."""
GENERATED_ID_CHARACTERS = 32
"""Slack adds a block_id to each block."""

_HEADING = re.compile(r"### (.+)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer: what is said, and the quotes that stand under it. Texts are plain."""

    text: str
    quotes: tuple[CitationModel, ...] = ()
    bold: bool = False


def sentence_piece(sentence: Sentence, first: bool) -> Piece:
    """A verified part of an answer that is still being made; its quotes are taken from the citations."""
    if heading := _HEADING.match(sentence.text):
        return Piece(_ESCAPED.sub(r"\1", heading[1]), bold=True)
    said = [part for part in sentence.text.split("\n\n") if not part.startswith(">")]
    quotes = tuple(CitationModel.of(citation) for citation in sentence.citations)
    quoted = any(part.startswith(">") for part in sentence.text.split("\n\n"))
    text = _ESCAPED.sub(r"\1", " ".join("\n".join(said).split("\n")))
    return Piece(text, quotes if quoted else (), bold=first and not quotes)


def reply_pieces(reply: ReplyModel) -> list[Piece]:
    """A kept answer, whole: how it was understood, its headline, its sections."""
    by_marker = {citation.marker: citation for citation in reply.citations}
    written = bool(reply.sections) and reply.sections[0].kind == "sentence"
    read = understood(reply.question.text, reply.question.standalone, reply.language)
    pieces = [Piece(read)] if read else []
    pieces += [] if written else [Piece(reply.headline, bold=True)]
    for section in reply.sections:
        quotes = tuple(by_marker[marker] for marker in section.markers) if section.kind == "voice" else ()
        pieces.append(Piece(section.introduction, quotes, bold=section.kind == "side"))
    return pieces


def source_pieces(reply: ReplyModel, shown: Iterable[Piece], words: Strings) -> list[Piece]:
    """The citations that no piece has quoted yet, each with its voice."""
    quoted = {citation.marker for piece in shown for citation in piece.quotes}
    left = [citation for citation in reply.citations if citation.marker not in quoted]
    heading = [Piece(words.text("sources.heading"), bold=True)] if left else []
    return heading + [Piece(voice(citation, words), (citation,)) for citation in left]


def voice(citation: CitationModel, words: Strings) -> str:
    """The sentence that introduces a quote: who speaks, in which document."""
    return words.text(
        f"voice.{citation.role}" + ("" if citation.speaker else "_unnamed"),
        name=citation.speaker.name if citation.speaker else "",
        title=words.quoted(citation.document.title),
        language=words.language_name(citation.document.language),
    )


def blocks(piece: Piece, words: Strings, public_url: str) -> list[Block]:
    """A piece as blocks within Slack's limits; links lead to the quoted span where `public_url` is known.

    Aids stand apart from the quotes, in the small grey letters of a context.
    """
    found: list[Block] = []
    elements: list[RichTextElement] = []
    if piece.text:
        style = Style(bold=True) if piece.bold else None
        elements += [_section(Text(text=part, style=style)) for part in cut(piece.text, MAX_BLOCK_CHARACTERS)]
    for citation in piece.quotes:
        elements += _quote(citation, words, public_url)
        aids = _aids(citation, words)
        if aids:
            found += [*_rich(elements), *aids]
            elements = []
    return [*found, *_rich(elements)]


def _rich(elements: Sequence[RichTextElement]) -> list[Block]:
    return [RichTextBlock(elements=some).to_dict() for some in _within(elements)]


def _section(*parts: RichTextElement) -> RichTextSectionElement:
    return RichTextSectionElement(elements=list(parts))


def _quote(citation: CitationModel, words: Strings, public_url: str) -> list[RichTextElement]:
    """The quote in quotation marks with its marker; a very long one goes on in further quotes."""
    marker = f" [{citation.marker}]"
    parts: list[list[RichTextElement]] = [
        [Text(text=part)] for part in cut(words.quoted(citation.quote), MAX_BLOCK_CHARACTERS - 200)
    ]
    parts[-1].append(Text(text=marker, style=Style(bold=True)))
    if public_url:
        link = public_url.rstrip("/") + citation.document.url
        parts[-1] += [Text(text=" "), RichTextElementParts.Link(url=link, text=words.text("slack.source"))]
    return [RichTextQuoteElement(elements=part) for part in parts]


def _aids(citation: CitationModel, words: Strings) -> list[Block]:
    """What helps somebody who does not read the quote's language, said not to be the quote."""
    found = []
    if citation.gloss:
        found.append(words.text("slack.gloss", text=citation.gloss.text))
    if citation.translation:
        by, text = citation.translation.by, citation.translation.text
        found.append(words.text("slack.translation", by=by, text=text))
    parts = [part for text in found for part in cut(text, MAX_BLOCK_CHARACTERS - 1000)]
    return [ContextBlock(elements=[PlainTextObject(text=part, emoji=False)]).to_dict() for part in parts]


def cut(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit` characters, cut at blanks where there are any; nothing is lost but those."""
    parts = []
    while len(text) > limit:
        at = max(text.rfind(" ", 1, limit + 1), text.rfind("\n", 1, limit + 1))
        parts.append(text[:at] if at > 0 else text[:limit])
        text = text[at + 1 :] if at > 0 else text[limit:]
    return [*parts, text]


def _within(elements: Sequence[RichTextElement]) -> Iterator[list[RichTextElement]]:
    """The elements in groups whose texts keep to a block's limit."""
    group: list[RichTextElement] = []
    size = 0
    for element in elements:
        length = len(plain_text([{"type": "rich_text", "elements": [element.to_dict()]}]))
        if group and size + length > MAX_BLOCK_CHARACTERS:
            yield group
            group, size = [], 0
        group.append(element)
        size += length
    if group:
        yield group


def weight(block: Block) -> int:
    """What a block counts towards a message's limit."""
    return len(json.dumps(block, ensure_ascii=False, separators=(",", ":"))) + GENERATED_ID_CHARACTERS


def messages(found: Iterable[Block], reserved: int = 0) -> list[list[Block]]:
    """Blocks in groups that each fit in a message with `reserved` characters of buttons; at least one group."""
    groups: list[list[Block]] = [[]]
    size = 0
    for block in found:
        full = size + weight(block) > MAX_MESSAGE_CHARACTERS - reserved or len(groups[-1]) >= MAX_MESSAGE_BLOCKS
        if groups[-1] and full:
            groups.append([])
            size = 0
        groups[-1].append(block)
        size += weight(block)
    return groups


def feedback_buttons(message_id: str, words: Strings) -> Block:
    """The two buttons under an answer."""
    good, bad = words.text("slack.good"), words.text("slack.bad")
    buttons = FeedbackButtonsElement(
        action_id=FEEDBACK,
        positive_button=FeedbackButtonObject(text=good, accessibility_label=good, value=f"up:{message_id}"),
        negative_button=FeedbackButtonObject(text=bad, accessibility_label=bad, value=f"down:{message_id}"),
    )
    return ContextActionsBlock(elements=[buttons]).to_dict()


def share_button(conversation_id: str, message_id: str, words: Strings) -> Block:
    """The button that makes an answer visible to the channel."""
    button = ButtonElement(text=words.text("slack.share"), action_id=SHARE, value=f"{conversation_id}:{message_id}")
    return ActionsBlock(elements=[button]).to_dict()


def asked_block(user: str, question: str, words: Strings) -> Block:
    """Who asked what, above an answer that is shared."""
    before, after = words.text("slack.shared", user="\0").split("\0")
    line = _section(
        *([Text(text=before)] if before else []),
        RichTextElementParts.User(user_id=user),
        Text(text=after),
    )
    asked = RichTextQuoteElement(elements=[Text(text=cut(question, MAX_BLOCK_CHARACTERS - 200)[0])])
    return RichTextBlock(elements=[line, asked]).to_dict()


def plain_text(found: Iterable[Block]) -> str:
    """Blocks as somebody would read them aloud: quotes behind a bar, links with their address, buttons in brackets."""
    lines: list[str] = []
    for block in found:
        for element in block.get("elements", ()):
            text = "".join(_part(part) for part in element.get("elements", ()))
            bar = "│ " if element["type"] == "rich_text_quote" else ""
            if element["type"] == "feedback_buttons":
                text = " ".join(f"[{element[side]['text']['text']}]" for side in ("positive_button", "negative_button"))
            elif element["type"] == "button":
                text = f"[{element['text']['text']}]"
            elif element["type"] == "plain_text":
                text = element["text"]
            lines += [bar + line for line in text.split("\n")]
    return "\n".join(lines)


def _part(part: Block) -> str:
    if part["type"] == "link":
        return f"{part['text']} ({part['url']})"
    return f"@{part['user_id']}" if part["type"] == "user" else str(part["text"])
