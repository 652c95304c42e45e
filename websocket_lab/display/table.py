"""A small table below a cell, and the same as text."""

from collections.abc import Iterable, Sequence

from websocket_lab.display.card import Card, safe


LOOKS = {"✓": ' class="wsl-right"', "✗": ' class="wsl-wrong"'}
# A line of the text this long needs all the width that there is.
MANY_CHARACTERS = 90


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Card:
    """Return a card with a table; the first cell of each row names the row."""
    texts = [[str(cell) for cell in row] for row in rows]
    # A corner without words is no heading.
    head = "".join(f'<th scope="col">{safe(column)}</th>' if column else "<td></td>" for column in columns)
    body = "".join(_row(columns, row) for row in texts)
    html = (
        f'<table class="wsl-table wsl-measured"><caption>{safe(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    lines = _lines([list(columns), *texts])
    return Card("\n".join([caption, *lines]), html, caption, wide=max(map(len, lines)) > MANY_CHARACTERS)


def _row(columns: Sequence[str], cells: Sequence[str]) -> str:
    name, *others = map(safe, cells)
    return f'<tr><th scope="row">{name}</th>' + "".join(map(_cell, columns[1:], others)) + "</tr>"


def _cell(column: str, text: str) -> str:
    # Where it is narrow, each cell stands on a line of its own, with its column's name in front.
    named = f' data-column="{safe(column)}"' if column else ""
    look = LOOKS.get(text[:1], "")
    return f"<td{look}{named}>{text}</td>"


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
