"""The viewer without its window: what it shows of a picture, and where."""
