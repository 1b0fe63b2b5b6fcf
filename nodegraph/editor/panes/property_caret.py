"""Where the caret of a field is: Dear PyGui does not tell, so we follow what moves it."""

from __future__ import annotations

from collections.abc import Sequence


class Caret:
    """The caret of the field that is typed into. A field that is entered has all its text selected."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = len(text)
        self.selected = True

    def arrow(self, key: str) -> None:
        """Left, Right, Home or End was pressed; out of a selection Left goes to its start, Right to its end."""
        if key == "Left":
            self.at = 0 if self.selected else max(0, self.at - 1)
        elif key == "Right":
            self.at = len(self.text) if self.selected else min(len(self.text), self.at + 1)
        else:
            self.at = 0 if key == "Home" else len(self.text)
        self.selected = False

    def edited(self, text: str) -> None:
        """The text became another one: the caret is behind what changed."""
        same = 0
        while same < min(len(text), len(self.text)) and text[-1 - same] == self.text[-1 - same]:
            same += 1
        self.at = len(text) - (0 if self.selected else same)
        self.text, self.selected = text, False

    def stepped(self, text: str) -> None:
        """A digit was stepped: the caret stays as far from the end."""
        self.at = max(0, len(text) - (len(self.text) - self.at))
        self.text = text

    def pressed(self, x: float, widths: Sequence[float]) -> None:
        """The mouse was pressed at x pixels from the text's start; `widths` are those of its letters."""
        end, self.at = 0.0, 0
        for wide in widths:
            if x < end + wide / 2:
                break
            end += wide
            self.at += 1
        self.selected = False
