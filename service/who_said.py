"""Who said what was quoted: those whom the documents know as speakers, else those whom the quotes themselves name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis import Analyzer
from index.library import Library
from index.quotations import attribution
from index.records import Passage
from index.speech import is_name, is_title
from service.choose import sentence_text
from service.paragraphs import begins_paragraph
from service.records import Citation, Quote
from service.strings import Strings

FULL_NAME = re.compile(r"\b[A-ZÆØÅÄÖÉÜ][\w’-]+(?: (?:(?:van|von|de|af|av) )?[A-ZÆØÅÄÖÉÜ][\w’-]+)+")
"""Two words and more with capitals."""
MARKS = "»«„“”\"'‘’–—-"


def who_said(citations: Sequence[Citation], library: Library, words: Strings) -> str:
    """The sentence that says whose words the quotes are, in their order."""
    passages = library.record.passages(citation.quote.passage_id for citation in citations)
    said: list[tuple[str, bool]] = []
    for citation in citations:
        passage = passages.get(citation.quote.passage_id)
        role, title = citation.quote.speaker.role, words.quoted(citation.document.title)
        name = citation.quote.speaker.name or (passage and named_within(citation.quote, passage, library.analyzer))
        said.append((name or words.text(f"said.{role}", title=title), bool(name)))
    # Where the best of it has a name, whoever only writes about it is not meant.
    people = [who for who, named in said if named or not said[0][1]]
    return words.text("said.by", names=", ".join(dict.fromkeys(people)))


def named_within(quote: Quote, passage: Passage, analyzer: Analyzer) -> str | None:
    """Whom a quote of an unnamed voice names as the speaker ("…, says Ann Lee"), None where it names nobody.

    Speech that goes on is said by whoever the sentence before it in the paragraph names.
    """
    inside = [at for at, span in enumerate(passage.sentences) if quote.start <= span.start and span.end <= quote.end]
    for at in inside:
        if name := speaker_of(passage, at, analyzer):
            return name
    at = inside[0] if inside else 0
    while at > 0 and sentence_text(passage, passage.sentences[at])[0] in MARKS and not begins_paragraph(passage, at):
        at -= 1
        if name := speaker_of(passage, at, analyzer):
            return name
    return None


def speaker_of(passage: Passage, place: int, analyzer: Analyzer) -> str | None:
    """Who a sentence says is speaking, by the full name that stands before; for "she" the last one that does."""
    span = passage.sentences[place]
    said = attribution(sentence_text(passage, span), marked=True)
    if said is None or said.own:
        return None
    full = [
        without_title(name, passage.language, analyzer)
        for name in FULL_NAME.findall(passage.text[: span.end - passage.start])
    ]
    names = [name for name in full if is_name(name) and " " in name]
    fitting = [name for name in names if said.name is None or said.name in name]
    return fitting[-1] if fitting else said.name


def without_title(name: str, language: str, analyzer: Analyzer) -> str:
    """A name without the word before it that says what the person is ("Lærer Siri Aune")."""
    first, _, rest = name.partition(" ")
    says_what = is_title(first) or analyzer.words.word(first.lower(), language).known
    return rest if " " in rest and says_what else name
