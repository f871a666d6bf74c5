"""Both retrieval legs on Qdrant, for corpora and loads that one machine cannot hold."""
