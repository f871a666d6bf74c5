"""The engine for corpora and loads beyond one machine: both legs on Qdrant. Only this package knows Qdrant."""
