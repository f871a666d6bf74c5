"""The language of texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from index.errors import InvalidData
from index.language import LanguageDetector
from index.language_model import (
    BUCKETS,
    FEATURES,
    MAX_WORDS,
    WEIGHTS,
    LanguageModel,
    Weights,
    WordFeatures,
    load_weights,
    read_words,
    save_weights,
)
from index.lexicon import LANGUAGES
from tests.index.analysing import analyzer

QUESTIONS = Path(__file__).parent / "language_questions.tsv"
OTHERS = Path(__file__).parent / "language_others.tsv"


@cache
def detector() -> LanguageDetector:
    return LanguageDetector(analyzer().words)


def rows(path: Path) -> Iterator[list[str]]:
    return (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What do the authors think about ROI?", "en"),
        ("Hvad mener forfatterne om ROI?", "da"),
        ("Hva mener forfatterne om ROI?", "nb"),
        ("Kva meiner forfattarane om ROI?", "nn"),
        ("Vad tycker författarna om ROI?", "sv"),
        ("Hva regner folk med å tjene på dette?", "nb"),
        ("Jeg kan ikke finde noget om det", "da"),
        ("Eg kan ikkje finne noko om det", "nn"),
    ],
)
def test_questions_are_told_apart_by_their_function_words(text: str, language: str) -> None:
    """Danish, Bokmål and Nynorsk differ in small words."""
    guess = detector().detect(text)
    assert guess.language == language
    assert 0.5 < guess.confidence <= 1.0


def test_questions_as_people_type_them_are_told_apart() -> None:
    """Short, misspelt, without diacritics, in capitals, with foreign words: 19 of 20, and 9 of 10 in each language."""
    found = [(language, detector().detect(text).language) for language, _, text in rows(QUESTIONS)]
    right = Counter(language for language, guess in found if language == guess)
    assert sum(right.values()) >= 0.95 * len(found)
    assert all(right[language] >= 0.9 * sum(one == language for one, _ in found) for language in LANGUAGES)


def test_capitals_and_composed_letters_change_nothing() -> None:
    """A text in capitals, or with its diacritics as letters of their own, is the same text."""
    for text in ("Hvornår åbner svømmehallen?", "Varför är det så dyrt?", "Kvifor er det så dyrt å køyre buss?"):
        same = detector().detect(text)
        assert detector().detect(text.upper()) == same
        assert detector().detect(text.replace("å", "a\u030a").replace("ö", "o\u0308").replace("ä", "a\u0308")) == same


@pytest.mark.parametrize("prefer", ["en", "da", "nb", "nn", "sv"])
@pytest.mark.parametrize("text", ["B2B?", "2019?", "ROI", "Kodak?", "👍"])
def test_what_does_not_tell_is_in_the_language_of_the_conversation(text: str, prefer: str) -> None:
    """An acronym, a number, a name or a picture says nothing; the preferred language decides."""
    assert detector().detect(text, prefer).language == prefer


def test_the_preference_does_not_override_a_clear_text() -> None:
    """Somebody who changes language is answered in the new one."""
    assert detector().detect("Hvorfor kan vi ikke måle det?", "sv").language in ("da", "nb")
    assert detector().detect("Varför kan vi inte mäta det?", "en").language == "sv"
    assert detector().detect("why is that so?", "da").language == "en"


def test_a_preferred_language_outside_the_five_decides_nothing() -> None:
    """Somebody who asked in German before and now asks in Danish is answered in Danish."""
    assert detector().detect("Hvad mener forfatterne om det?", "de").language == "da"


def test_other_languages_are_named() -> None:
    """Of questions in none of the five languages at least five in six get their own code; of every language one."""
    found = [(language, detector().detect(text).language) for language, text in rows(OTHERS)]
    right = [language for language, guess in found if language == guess]
    assert len(right) >= len(found) * 5 / 6
    assert set(right) == {language for language, _ in found}


@pytest.mark.parametrize("text", ["Hvem er Robert Lighthizer?", "Schloss Amalienborg?", "print(json.dumps(x))"])
def test_names_and_code_make_no_language(text: str) -> None:
    """Words that nobody knows are no reason to answer in a language outside the five, if they are few."""
    assert detector().detect(text, "nb").language in LANGUAGES


def test_a_text_without_letters_has_no_confidence() -> None:
    """Nothing to go by: the preferred language, or English, with confidence 0."""
    assert detector().detect("123 !?").confidence == 0.0
    assert detector().detect("", "da").language == "da"


def test_what_says_more_is_surer() -> None:
    """Two sentences in one language leave less doubt than the first word of them."""
    long = "Hvad siger de om kunderne, og hvorfor gør de det? Det ville jeg gerne vide noget mere om."
    assert detector().detect(long).confidence > detector().detect("Hvad").confidence
    assert detector().detect("Er han lege?").confidence < 0.9


def test_a_very_long_text_is_told_by_its_beginning() -> None:
    """A megabyte of one word takes no longer than a page."""
    assert detector().detect("kunderne " * 120_000).language == "da"


def test_the_model_is_small_and_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Weights are kept in eight bits; the committed file is under a megabyte."""
    assert WEIGHTS.stat().st_size < 1_000_000
    table = np.zeros((FEATURES, len(LANGUAGES)), np.float32)
    table[7] = [1.27, -0.5, 0.0, 0.25, 0.01]
    table[BUCKETS + 3] = [3.0, -1.5, 0.0, 0.0, 0.5]
    path = tmp_path / "model.npz"
    save_weights(Weights(table, 0.8, 0.5), path)
    read = load_weights(path)
    assert np.allclose(read.table, table, atol=0.005)
    assert (read.scale, read.growth) == (pytest.approx(0.8), pytest.approx(0.5))


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 broken", b"kind\tmark\tlanguages\n"])
def test_a_damaged_model_is_named(tmp_path: Path, content: bytes | None) -> None:
    """A missing or damaged file is reported with its name, without a traceback of numpy's."""
    path = tmp_path / "model.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidData, match=r"model\.npz"):
        load_weights(path)


def test_a_word_that_the_lexicon_has_counts_for_its_language() -> None:
    """Who knows a word is evidence beside its letters: here it is the only one."""
    table = np.zeros((FEATURES, len(LANGUAGES)), np.float32)
    table[BUCKETS + 32 + 0b10000, LANGUAGES.index("sv")] = 1.0
    log_odds, known = LanguageModel(analyzer().words, Weights(table, 1.0, 1.0)).log_odds(["hållbarhet"])
    assert known[LANGUAGES.index("sv")] == 1
    assert LANGUAGES[int(log_odds.argmax())] == "sv"


def test_the_model_counts_the_features_of_its_words() -> None:
    """Letters, knowledge and neighbours of every word, a very long one too, as they are counted when it is fitted."""
    table = np.random.default_rng(5).normal(size=(FEATURES, len(LANGUAGES))).astype(np.float32)
    words = ["hvad", "siger", "kunderne", "æ" * 40, "hvad", "roi", "isn't"]
    features = WordFeatures(analyzer().words)
    counted = [*features.letters(words)[1].tolist(), *features.neighbours(words)]
    counted += [feature for word in words for feature in features.knowledge(word)]
    model = LanguageModel(analyzer().words, Weights(table, 1.0, 0.0))
    for _ in range(2):
        log_odds, known = model.log_odds(words)
        assert np.allclose(log_odds, table[counted].sum(axis=0, dtype=np.float64) / len(words))
    assert known.tolist() == [sum(model_knows(word, bit) for word in words) / len(words) for bit in range(5)]


def model_knows(word: str, bit: int) -> bool:
    knowledge = WordFeatures(analyzer().words).knowledge(word)
    return any((feature - BUCKETS) % 32 >> bit & 1 for feature in knowledge)


def test_words_that_were_learnt_before_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a text's words are met one by one or with many others, and where not all can be remembered."""
    text = "Hvornår åbner svømmehallen, og hvad koster det at komme ind?"
    expected = detector().detect(text)
    monkeypatch.setattr("index.language_model.MAX_REMEMBERED", 12)
    fresh = LanguageDetector(analyzer().words)
    fresh.learn([text, "Vad kostar det? " + " ".join(f"ord{'x' * length}" for length in range(30))])
    assert fresh.detect(text) == expected
    assert fresh.detect("Vad kostar det att komma in?").language == "sv"
    assert fresh.detect(text) == expected


def test_many_texts_are_told_apart_as_each_by_itself() -> None:
    """To the last bit, whatever stands beside them: empty texts, other languages, words that are longer than most."""
    texts = [text for _, _, text in rows(QUESTIONS)] + [text for _, text in rows(OTHERS)]
    texts += ["", "123 !?", "x" * 300 + " og " + "ø" * 90, "hus " * 500]
    together, fresh = detector().detect_all(texts), LanguageDetector(analyzer().words)
    for text, guess in zip(texts, together, strict=True):
        alone = fresh.detect(text)
        assert guess.language == alone.language
        # What lingua is sure of may differ in the last digit from one call to the next.
        assert guess == alone if alone.language in LANGUAGES else guess.confidence == pytest.approx(alone.confidence)
    assert detector().detect_all([]) == []


def test_words_are_read_in_lower_case_one_by_one() -> None:
    """Whatever letters they are in, and no word is cut off where a text is only read in part."""
    assert read_words("Don’t PANIC, 3 ÆRE_ære") == ["don't", "panic", "ære", "ære"]
    assert read_words("İstanbul ΟΔΟΣ") == ["i̇stanbul", "οδος"]
    long = "ordentlig" * 3
    assert read_words(" ".join([long] * 300)) == [long] * MAX_WORDS
    assert read_words("… 12") == []
