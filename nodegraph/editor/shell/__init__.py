"""The window itself: what knows Dear PyGui's loop, its input, its fonts and its limits."""
