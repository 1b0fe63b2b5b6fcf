"""The list to choose a node from, under real keys."""

from __future__ import annotations

from nodegraph.editor.panes.graph_popup import MOST
from tests.editor.panes.graph_canvas import Canvas


def test_the_page_keys_go_down_and_up_the_list_and_nothing_else_does(canvas: Canvas) -> None:
    driver, chooser = canvas.driver, canvas.pane.adding.chooser
    driver.key("Tab")
    driver.until(lambda: chooser.shown, "the search")
    driver.key("Next")
    assert chooser.at == MOST - 1
    driver.turn(20)
    assert chooser.at == MOST - 1
    driver.key("Down")
    assert chooser.at == MOST
    driver.key("Prior")
    assert chooser.at == 1
    driver.key("Escape")
