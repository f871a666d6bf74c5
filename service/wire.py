"""The shapes that callers see, shared by HTTP and `kilde ask --json`; the names are a contract and do not change."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from index.records import DocumentInfo, Filters, Hit, Speaker
from service.records import (
    MAX_MESSAGE_CHARACTERS,
    ChatRequest,
    Citation,
    Fault,
    Mode,
    Reply,
    SectionKind,
    Trouble,
    Verification,
)
from service.wording import markdown

NOT_BLANK = r"\S"
"""What a question has to hold, as a pattern."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_MESSAGE_CHARACTERS, pattern=NOT_BLANK)]
Name = Annotated[str, StringConstraints(max_length=500)]


class FiltersModel(BaseModel):
    """Constraints on what is searched; an empty list constrains nothing."""

    languages: list[Name] = Field([], max_length=100)
    documents: list[Name] = Field([], max_length=1000)
    speakers: list[Name] = Field([], max_length=1000)

    def record(self) -> Filters:
        return Filters(frozenset(self.languages), frozenset(self.documents), frozenset(self.speakers))


class ChatModel(BaseModel):
    """A question."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"message": "what do the authors think about ROI?", "language": "auto"}]}
    )
    message: Text
    conversation_id: Name | None = None
    language: Literal["auto", "en", "da", "nb", "nn", "sv"] = "auto"
    filters: FiltersModel = FiltersModel()
    stream: bool = False

    def record(self) -> ChatRequest:
        return ChatRequest(self.message, self.conversation_id, self.language, self.filters.record())


class SearchModel(BaseModel):
    """A search for passages."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "trust in social media", "limit": 5}]})
    query: Text
    limit: int = Field(10, ge=1, le=100)
    filters: FiltersModel = FiltersModel()


class SpeakerModel(BaseModel):
    name: str
    role: Literal["author", "commenter", "quoted"]

    @classmethod
    def of(cls, speaker: Speaker) -> SpeakerModel | None:
        """None for somebody whom the text does not name."""
        return cls(name=speaker.name, role=speaker.role) if speaker.name else None


class DocumentModel(BaseModel):
    id: str
    title: str
    language: str
    url: str

    @classmethod
    def at(cls, document: DocumentInfo, start: int, end: int) -> DocumentModel:
        return cls(**cls.plain(document, start, end))

    @staticmethod
    def plain(document: DocumentInfo, start: int, end: int) -> dict[str, str]:
        """Its fields unchecked."""
        return {
            "id": document.id,
            "title": document.title,
            "language": document.language,
            "url": f"{document_url(document.id)}?start={start}&end={end}",
        }


class AidModel(BaseModel):
    """A word-for-word aid; never a source."""

    language: str
    text: str


class TranslationModel(AidModel):
    """A machine translation and what made it; never a source."""

    by: str


class CitationModel(BaseModel):
    marker: int
    document: DocumentModel
    speaker: SpeakerModel | None
    role: Literal["author", "commenter", "quoted"] = Field(description="Also where the speaker is not named.")
    language: str
    quote: str
    start: int = Field(description="Unicode code points into the document's stored text.")
    end: int = Field(description="Exclusive.")
    score: float
    gloss: AidModel | None = None
    translation: TranslationModel | None = None

    @classmethod
    def of(cls, citation: Citation) -> CitationModel:
        quote = citation.quote
        return cls(
            marker=citation.marker,
            document=DocumentModel.at(citation.document, quote.start, quote.end),
            speaker=SpeakerModel.of(quote.speaker),
            role=quote.speaker.role,
            language=quote.language,
            quote=quote.text,
            start=quote.start,
            end=quote.end,
            score=quote.score,
            gloss=citation.gloss and AidModel(language=citation.gloss.language, text=citation.gloss.text),
            translation=citation.translation
            and TranslationModel(
                language=citation.translation.language, text=citation.translation.text, by=citation.translation.by
            ),
        )


class SectionModel(BaseModel):
    """A voice with the quotes it introduces, a sentence by a model with its quotes, or a note without any."""

    introduction: str
    markers: list[int]
    kind: SectionKind = "voice"


class VerificationModel(BaseModel):
    """What became of the sentences that a model wrote."""

    shown: int = Field(description="Sentences that were verified and are in the answer.")
    dropped: dict[Fault, int] = Field(description="Sentences that are not in the answer, by what was wrong with them.")
    retried: bool = Field(description="Whether the model was asked a second time.")
    trouble: Trouble | None = Field(description="Why the answer, or its end, does not come from the model.")

    @classmethod
    def of(cls, verification: Verification | None) -> VerificationModel | None:
        """None where no model was asked."""
        if verification is None:
            return None
        return cls(
            shown=verification.shown,
            dropped=dict(verification.dropped),
            retried=verification.retried,
            trouble=verification.trouble,
        )


class QuestionModel(BaseModel):
    text: str
    standalone: str = Field(description="The question as it was understood on its own.")
    language: str


class TimingsModel(BaseModel):
    retrieve: float
    answer: float
    total: float


class ReplyModel(BaseModel):
    """An answer. `answered` is false for an abstention, whose citations are only the nearest passages."""

    conversation_id: str
    message_id: str
    question: QuestionModel
    answered: bool
    confidence: float | None = Field(
        None, description="The probability that the texts answer, by the evidence; null where none was weighed."
    )
    language: str
    mode: Mode
    model: str | None
    answer: str = Field(description="Markdown; [1] refers to the citation with marker 1.")
    headline: str = Field(description="The first sentence of the answer, as plain text.")
    sections: list[SectionModel]
    citations: list[CitationModel]
    verification: VerificationModel | None = None
    kept: bool = Field(True, description="False where the conversation could not be stored: its ids then lead nowhere.")
    timings_ms: TimingsModel

    @classmethod
    def of(cls, reply: Reply) -> ReplyModel:
        answer = reply.answer
        return cls(
            conversation_id=reply.conversation_id,
            message_id=reply.message_id,
            question=QuestionModel(text=reply.question, standalone=reply.standalone, language=reply.question_language),
            answered=answer.answered,
            confidence=answer.confidence,
            language=answer.language,
            mode=answer.mode,
            model=answer.model,
            answer=markdown(answer),
            headline=answer.headline,
            sections=[
                SectionModel(introduction=s.introduction, markers=list(s.markers), kind=s.kind) for s in answer.sections
            ],
            citations=[CitationModel.of(citation) for citation in answer.citations],
            verification=VerificationModel.of(answer.verification),
            kept=reply.kept,
            timings_ms=TimingsModel(
                retrieve=reply.timings_ms.retrieve, answer=reply.timings_ms.answer, total=reply.timings_ms.total
            ),
        )


class MessageModel(BaseModel):
    """A reply that was given, and when (UTC, ISO 8601)."""

    created: str
    reply: ReplyModel


class ConversationModel(BaseModel):
    """What was said in a conversation, oldest first."""

    conversation_id: str
    messages: list[MessageModel]


class FeedbackModel(BaseModel):
    """What somebody thought of an answer."""

    message_id: Name
    rating: Literal["up", "down"]
    comment: Annotated[str, StringConstraints(max_length=MAX_MESSAGE_CHARACTERS)] | None = None


class PassageModel(BaseModel):
    document: DocumentModel
    speaker: SpeakerModel | None
    role: Literal["author", "commenter", "quoted"]
    language: str
    text: str
    start: int
    end: int
    score: float

    @classmethod
    def of(cls, hit: Hit, document: DocumentInfo) -> PassageModel:
        return cls.model_validate(cls.plain(hit, document))

    @staticmethod
    def plain(hit: Hit, document: DocumentInfo) -> dict[str, object]:
        """Its fields unchecked, for a response of many: to check what is ours takes longer than to write it."""
        passage = hit.passage
        speaker = passage.speaker
        return {
            "document": DocumentModel.plain(document, passage.start, passage.end),
            "speaker": {"name": speaker.name, "role": speaker.role} if speaker.name else None,
            "role": speaker.role,
            "language": passage.language,
            "text": passage.text,
            "start": passage.start,
            "end": passage.end,
            "score": hit.score,
        }


class SearchedModel(BaseModel):
    text: str
    language: str


class PassagesModel(BaseModel):
    """Passages, best first."""

    query: SearchedModel
    passages: list[PassageModel]


def document_url(document_id: str) -> str:
    """The path of a document's page, its id escaped."""
    return "/documents/" + quote(document_id, safe="")
