"""Documents to ranked passages: load, clean, segment, chunk, store, retrieve. Knows nothing of answers or edges."""
