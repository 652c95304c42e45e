"""The README's pictures are there, are described, and are small."""

import re
from pathlib import Path

import pytest
from PIL import Image

from authoring.__main__ import main
from authoring.pictures import MOVING, STILL, take_pictures


ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [STILL, MOVING])
def test_a_picture_is_there_is_linked_and_is_small(name: str) -> None:
    path = ROOT / "docs" / "pictures" / name

    assert f"](docs/pictures/{name})" in README
    assert path.stat().st_size < 1_500_000
    with Image.open(path) as picture:
        assert picture.width >= 900
        assert 0.4 < picture.height / picture.width < 1.4


def test_every_picture_says_in_words_what_it_shows() -> None:
    words = re.findall(r"!\[([^\]]*)\]", README)

    assert words
    assert all(len(text.split()) >= 10 for text in words)


def test_the_moving_picture_plays_once_and_its_last_frame_stays() -> None:
    with Image.open(ROOT / "docs" / "pictures" / MOVING) as picture:
        assert picture.n_frames > 10
        assert picture.height > picture.width * 0.6
        assert "loop" not in picture.info


def test_only_the_still_picture_is_shown_unasked() -> None:
    assert MOVING not in "".join(re.findall(r"!\[[^\]]*\]\([^)]*\)", README))


def test_without_chromium_the_pictures_stay_and_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)

    assert take_pictures(tmp_path) == []
    assert main(["pictures", "--root", str(tmp_path)]) == 0
    assert (
        capsys.readouterr().out
        == "Chromium is not installed, so the README keeps the pictures that it has.\n"
    )
