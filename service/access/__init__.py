"""Who may do what, and how often: keys in the record and in the settings, and the limits that callers are held to."""
