"""Answers that a language model writes, sentence by sentence, each verified before it is shown."""
