"""Questions to cited answers, and the edges: command line and HTTP."""
