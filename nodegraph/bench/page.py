"""Figures, plots and pictures in one HTML page that needs nothing beside itself."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from itertools import groupby

import numpy as np

from nodegraph.bench.exhibits import Bars, Curves, Exhibit, Shares, Sheet, Shown
from nodegraph.bench.figures import Figure
from nodegraph.bench.plots import bars, curves, shares
from nodegraph.data.errors import MediaError

QUALITY = 88
STYLE = """
:root { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1560px; padding: 32px 28px 60px; background: #1d1d1d; color: #cfcfcf;
  font: 14px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 26px; font-weight: 600; color: #f2f2f2; margin: 0 0 2px; }
h2 { font-size: 17px; font-weight: 600; color: #f2f2f2; margin: 36px 0 12px; }
h3 { font-size: 14px; font-weight: 600; color: #f2f2f2; margin: 0; }
h3 small { font-weight: 400; color: #9a9a9a; margin-left: 8px; }
p { margin: 6px 0; }
.sum { color: #9a9a9a; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 560px), 1fr)); gap: 14px; }
.card { background: #262626; border: 1px solid #333; border-radius: 6px; padding: 14px 16px; overflow: hidden; }
.note { color: #9a9a9a; font-size: 13px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 12px; margin: 6px 0; }
.legend span { display: inline-flex; align-items: center; gap: 6px; }
.legend i { width: 12px; height: 12px; border-radius: 2px; display: inline-block; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: #a8a8a8; font-size: 12px; font-variant-numeric: tabular-nums; }
svg text.name { fill: #dcdcdc; }
svg text.on { fill: #141414; font-weight: 600; }
svg .grid { stroke: #3a3a3a; stroke-width: 1; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 500; color: #9a9a9a; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid #303030; vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.goal { white-space: nowrap; color: #9a9a9a; }
.ok, .missed { white-space: nowrap; font-weight: 600; }
.ok { color: #35b88a; } .missed { color: #ff8a5c; }
.sheet { overflow-x: auto; }
.sheet table { width: auto; }
.sheet td, .sheet th { border: 0; padding: 3px 6px 3px 0; }
.sheet td.of { color: #dcdcdc; white-space: nowrap; padding-right: 14px; vertical-align: middle; }
.sheet img { display: block; max-width: 250px; height: auto; border-radius: 3px; }
"""


def page(title: str, figures: Sequence[Figure], exhibits: Sequence[Exhibit]) -> str:
    """The whole page."""
    told = [figure for figure in figures if figure.goal]
    missed = sum(not figure.ok for figure in told)
    state = f'<b class="missed">{missed} missed</b>' if missed else '<b class="ok">all reached</b>'
    sheets = [each for each in exhibits if isinstance(each, Sheet)]
    plots = [each for each in exhibits if not isinstance(each, Sheet)]
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="sum">{len(figures)} figures, {len(told)} of them with a goal: {state}</p>',
        *(_sheet(each) for each in sheets),
    ]
    if plots:
        body += ["<h2>Plots</h2>", f'<div class="plots">{"".join(_plot(each) for each in plots)}</div>']
    body += ["<h2>Figures</h2>", *_tables(figures)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _plot(exhibit: Curves | Bars | Shares) -> str:
    match exhibit:
        case Curves():
            drawn = curves(exhibit)
        case Bars():
            drawn = bars(exhibit)
        case Shares():
            drawn = shares(exhibit)
    note = f'<p class="note">{escape(exhibit.note)}</p>' if exhibit.note else ""
    head = f"<h3>{escape(exhibit.title)}<small>{escape(exhibit.unit)}</small></h3>"
    return f'<section class="card">{head}{drawn}{note}</section>'


def _sheet(sheet: Sheet) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in ("", *sheet.columns))
    rows = "".join(
        f'<tr><td class="of">{escape(name)}</td>'
        + "".join(f'<td><img src="{jpeg(picture)}" alt="{escape(name)}"></td>' for picture in pictures)
        + "</tr>"
        for name, pictures in sheet.rows
    )
    note = f'<p class="note">{escape(sheet.note)}</p>' if sheet.note else ""
    return (
        f'<h2>{escape(sheet.title)}</h2><div class="card sheet"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{note}"
    )


def _tables(figures: Sequence[Figure]) -> list[str]:
    """The rows, those that begin with one word together."""
    tables = []
    for word, rows in groupby(figures, key=lambda figure: figure.name.split(":")[0]):
        lines = "".join(
            f"<tr><td>{escape(row.name.split(':', 1)[-1].strip())}</td>"
            f'<td class="number">{row.value:.5g} {escape(row.unit)}</td>'
            f'<td class="goal">{escape(row.goal.replace(">=", "≥").replace("<=", "≤"))}</td>'
            f"<td>{_verdict(row)}</td></tr>"
            for row in rows
        )
        tables.append(
            f'<section class="card" style="margin-bottom:14px"><h3>{escape(word)}</h3><table><thead><tr><th>figure</th>'
            f'<th class="number">value</th><th>goal</th><th></th></tr></thead><tbody>{lines}</tbody></table></section>'
        )
    return tables


def _verdict(row: Figure) -> str:
    if not row.goal:
        return ""
    return '<span class="ok">ok</span>' if row.ok else '<span class="missed">missed</span>'


def jpeg(picture: Shown) -> str:
    """A picture as a data URI."""
    import cv2

    done, data = cv2.imencode(".jpg", np.ascontiguousarray(picture[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise MediaError("a picture of the page cannot be encoded", "install OpenCV again")
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode("ascii")
