"""Two pieces of code side by side, and the same as text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from itertools import zip_longest

from websocket_lab.display.card import safe


ALIKE = 0.5
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
# Where a line may go on below: behind an opening bracket, and before a name's dot.
BREAK = re.compile(r"(?<=[(\[{])|(?=\.[^\W\d])")
# By how many characters a line that does not fit goes on further in.
HANG = 4
SPOKEN = {"yours": "only yours:", "theirs": "only in the solution:"}
SIGNS = {"yours": "−", "theirs": "+"}


@dataclass(frozen=True)
class Row:
    """A line of the learner's code and one of the solution's, side by side; None where there is none."""

    yours: str | None
    theirs: str | None

    @property
    def is_same(self) -> bool:
        """Whether both sides are the same."""
        return self.yours == self.theirs


def rows(yours: str, theirs: str) -> list[Row]:
    """Return the two codes line by line, what is the same at one height."""
    left, right = _lines(yours), _lines(theirs)
    opcodes = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    pairs = [zip_longest(left[a:b], right[c:d]) for _, a, b, c, d in opcodes]
    return [Row(*pair) for block in pairs for pair in block]


def diff_text(yours: str, theirs: str) -> str:
    """Return the differences as a unified diff."""
    return "\n".join(unified_diff(_lines(yours), _lines(theirs), "yours", "the solution", lineterm=""))


def diff_table(compared: Sequence[Row]) -> str:
    """Return the rows as a table of two columns."""
    head = '<thead><tr><th scope="col">Yours</th><th scope="col">The solution</th></tr></thead>'
    body = "".join(_table_row(row) for row in compared)
    return f'<table class="wsl-table wsl-diff">{head}<tbody>{body}</tbody></table>'


def _lines(code: str) -> list[str]:
    return [line.rstrip() for line in code.strip("\n").splitlines()]


def _table_row(row: Row) -> str:
    if row.is_same:
        code = _code(row.yours)
        return f"<tr>{_cell(code, '')}{_cell(code, '', 'wsl-again')}</tr>"

    yours, theirs = _marked(row)
    return f"<tr>{_cell(yours, 'yours')}{_cell(theirs, 'theirs')}</tr>"


def _cell(code: str | None, side: str, look: str = "") -> str:
    if code is None:
        return '<td class="wsl-none"></td>'

    spoken = f'<span class="wsl-spoken">{SPOKEN[side]}</span>' if side else ""
    sign = f'<span class="wsl-sign" aria-hidden="true">{SIGNS.get(side, "")}</span>'
    line = f'<code style="--wsl-hang: {_indent(code) + HANG}ch">{code}</code>'
    look = look or (f"wsl-{side}" if side else "")
    return f'<td class="{look}"><div class="wsl-line">{sign}{spoken}{line}</div></td>'


def _indent(code: str) -> int:
    return len(code) - len(code.lstrip(" "))


def _code(line: str | None) -> str | None:
    return None if line is None else BREAK.sub("<wbr>", safe(line))


def _marked(row: Row) -> tuple[str | None, str | None]:
    """Return both sides as HTML, with the words that differ marked if the lines are alike otherwise."""
    if not (row.yours and row.theirs and _are_alike(row.yours, row.theirs)):
        return _code(row.yours), _code(row.theirs)

    yours, theirs = _tokens(row.yours), _tokens(row.theirs)
    opcodes = _matcher(yours, theirs).get_opcodes()
    left = [(kind, "".join(yours[a:b])) for kind, a, b, _, _ in opcodes]
    right = [(kind, "".join(theirs[c:d])) for kind, _, _, c, d in opcodes]
    return "".join(_spans(left)), "".join(_spans(right))


def _are_alike(yours: str, theirs: str) -> bool:
    return _matcher(_tokens(yours.strip()), _tokens(theirs.strip())).ratio() >= ALIKE


def _tokens(line: str) -> list[str]:
    # Letters that two different words happen to share say nothing.
    return TOKEN.findall(line)


def _matcher(yours: Sequence[str], theirs: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, yours, theirs, autojunk=False)


def _spans(pieces: Sequence[tuple[str, str]]) -> Iterator[str]:
    for kind, text in pieces:
        is_marked = kind != "equal" and text.strip()
        yield f"<mark>{_code(text)}</mark>" if is_marked else _code(text) or ""
