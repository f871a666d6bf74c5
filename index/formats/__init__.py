"""What each format holds: its text, the structure that stands beside the text, and the facts that it states."""
