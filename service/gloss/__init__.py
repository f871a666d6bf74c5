"""A word-for-word aid for quotes in another language, made from the lexicon: `Glosser.gloss`."""

from service.gloss.glosser import Glosser, is_glossable

__all__ = ["Glosser", "is_glossable"]
