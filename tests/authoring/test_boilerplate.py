"""Little of what a reader reads in the notebooks is generated."""

from pathlib import Path

from nbformat import v4

from authoring.boilerplate import FOLDERS, notebooks, print_boilerplate, share


ROOT = Path(__file__).resolve().parents[2]


def test_at_most_a_tenth_of_the_notebooks_text_is_generated():
    _, generated = share(page for folder in FOLDERS for page in notebooks(ROOT, folder))

    assert generated <= 0.1


def test_the_command_prints_the_share_of_each_folder(course, words, capsys):
    generated = words("four")
    generated.metadata["tags"] = ["navigation"]
    for folder in FOLDERS:
        (course.root / folder).mkdir(exist_ok=True)
        page = v4.new_notebook(cells=[words("one two three"), generated])
        (course.root / folder / "01_page.ipynb").write_text(v4.writes(page))

    print_boilerplate(course.root)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "notebooks/        4 words, 25.0% of them generated"
    assert lines[-1] == "all              12 words, 25.0% of them generated"
