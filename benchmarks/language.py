"""Fits and measures the detection of languages: `python -m benchmarks.language --data DIR [--write | --leave-one-out]`.

DIR holds sets: NAME/all.jsonl (`text`, `lang`, `kind`), or the queries (`query`, `lang`) of a retrieval set. Texts are
halved by a hash of their letters: the model is fitted on one half and reported on the other. A set whose SOURCE.json
names a share-alike licence is only reported on, since the weights are published.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import vstack

from benchmarks.language_examples import KNOWLEDGE_SCALE, Examples, Floats, Maker, Text, read_sets
from index.language import LanguageDetector
from index.language_model import FEATURES, MAX_WORDS, Weights, read_words, save_weights
from index.lexicon import LANGUAGES, load_lexicon
from index.words import WordAnalyzer

OWN_QUESTIONS = Path(__file__).parents[1] / "tests" / "index" / "language_questions.tsv"
RIDGE = 1e-4
ITERATIONS = 90


def fit(parts: Sequence[Examples]) -> Floats:
    """Multinomial logistic regression with a ridge, by L-BFGS; returns weights (FEATURES by LANGUAGES)."""
    counts = vstack([part.counts for part in parts]).tocsr()
    shares = np.vstack([part.shares for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    weights /= weights.sum()
    used = np.unique(counts.indices)
    counts = counts[:, used]
    transposed = counts.T.tocsr()

    def loss(flat: Floats) -> tuple[float, Floats]:
        table = flat.reshape(len(used), len(LANGUAGES))
        scores = counts @ table
        scores -= scores.max(axis=1, keepdims=True)
        log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        error = (np.exp(log_probabilities) * shares.sum(axis=1, keepdims=True) - shares) * weights[:, None]
        value = -(weights[:, None] * shares * log_probabilities).sum() + RIDGE / 2 * (table**2).sum()
        return float(value), (transposed @ error + RIDGE * table).ravel()

    start = np.zeros(len(used) * len(LANGUAGES))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "maxcor": 8})
    table = np.zeros((FEATURES, len(LANGUAGES)))
    table[used] = found.x.reshape(len(used), len(LANGUAGES))
    return table


def calibrate(maker: Maker, texts: Sequence[Text]) -> tuple[float, float]:
    """(scale, growth) of `Weights`: those that make texts likeliest that a model of the other texts has not seen."""
    seen = [text for text in texts if hashlib.sha256(text.text.encode()).digest()[0] % 2]
    unseen = [text for text in texts if not hashlib.sha256(text.text.encode()).digest()[0] % 2]
    table = fit(maker.all(seen))
    examples = maker.examples(unseen, 1.0)
    mean = examples.counts @ table
    length = np.array([min(MAX_WORDS, max(1, len(read_words(text.text)))) for text in unseen])

    def unlikely(scale: float, growth: float) -> float:
        scores = mean * scale * length[:, None] ** growth
        scores -= scores.max(axis=1, keepdims=True)
        log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return -float((examples.weights[:, None] * examples.shares * log_probabilities).sum())

    steps = [(scale, growth) for scale in np.arange(0.4, 2.01, 0.1) for growth in np.arange(0.0, 0.81, 0.05)]
    return min(steps, key=lambda step: unlikely(*step))


def accuracy(maker: Maker, table: Floats, texts: Sequence[Text]) -> Mapping[str, tuple[float, int]]:
    """(share told rightly, number of texts) by kind."""
    found: dict[str, tuple[float, int]] = {}
    for kind in sorted({text.kind for text in texts}):
        some = [text for text in texts if text.kind == kind]
        best = (maker.counts(text.text for text in some) @ table).argmax(axis=1)
        right = sum(LANGUAGES[number] == text.language for number, text in zip(best, some, strict=True))
        found[kind] = (right / len(some), len(some))
    return found


def measure(detector: LanguageDetector, texts: Sequence[Text]) -> None:
    """Print what the detector as it is installed tells rightly, by kind, and its commonest confusions."""
    for kind in sorted({text.kind for text in texts}):
        some = [text for text in texts if text.kind == kind]
        guesses = [detector.detect(text.text) for text in some]
        wrong = Counter(
            f"{text.language}>{guess.language}"
            for text, guess in zip(some, guesses, strict=True)
            if guess.language != text.language
        )
        confidence = float(np.mean([guess.confidence for guess in guesses]))
        confusions = ", ".join(f"{pair} {count}" for pair, count in wrong.most_common(6))
        share = 1 - sum(wrong.values()) / len(some)
        print(f"{kind:24} {len(some):6} {share:.4f} (confidence {confidence:.4f}) {confusions}", flush=True)


def own_questions() -> list[Text]:
    """Our own short questions, which nothing is fitted on."""
    lines = OWN_QUESTIONS.read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return [Text(text, language, f"own {kind}", fitted=False) for language, kind, text in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of sets")
    parser.add_argument("--write", action="store_true", help="fit on the choosing halves and write the model")
    parser.add_argument("--leave-one-out", action="store_true", help="fit without each set in turn and report on it")
    arguments = parser.parse_args()
    words = WordAnalyzer(load_lexicon())
    maker = Maker(words)
    texts = read_sets(arguments.data)
    chosen = [text for text in texts if text.chosen and text.fitted]
    reported = [text for text in texts if not text.chosen or not text.fitted]
    if arguments.leave_one_out:
        for kind in sorted({text.kind for text in chosen}):
            table = fit(maker.all([text for text in chosen if text.kind != kind]))
            share, count = accuracy(maker, table, [text for text in reported if text.kind == kind])[kind]
            print(f"{kind:24} {count:6} {share:.4f} fitted without it", flush=True)
        return
    if arguments.write:
        scale, growth = calibrate(maker, chosen)
        table = fit(maker.all(chosen))
        table[-3 * (1 << len(LANGUAGES)) :] *= KNOWLEDGE_SCALE
        save_weights(Weights(table.astype(np.float32), float(scale), float(growth)))
        print(f"fitted on {len(chosen)} texts; scale {scale:.2f}, growth {growth:.2f}")
    measure(LanguageDetector(words), [*reported, *own_questions()])


if __name__ == "__main__":
    main()
