"""One file a version, numbered in order. `index.schema.REVISION` names the last."""
