"""The canvas of the node graph, without a window: what is seen, what is where, and what a hand does to it."""
