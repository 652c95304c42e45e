"""Notebooks are stored as JupyterLab saves them, without anything of a run."""

import json

import nbformat
import pytest

from authoring.notebook_format import METADATA, as_text, normalise, parse


def stored(*cells, **metadata):
    notebook = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    parsed = parse(json.dumps(notebook))
    normalise(parsed)
    return as_text(parsed)


def code_cell(source="1 + 1", **metadata):
    output = {"output_type": "stream", "name": "stdout", "text": "2"}
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "outputs": [output],
        "execution_count": 7,
    }


def test_outputs_and_counts_go():
    cell = json.loads(stored(code_cell()))["cells"][0]

    assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_metadata_are_those_of_jupyterlab():
    assert json.loads(stored(kernelspec={"name": "mine"}, widgets={}))["metadata"] == METADATA


def test_of_a_cells_metadata_tags_stay():
    cell = code_cell(tags=["scratch", "scratch"], editable=True, jupyter={"source_hidden": True, "x": 1})

    kept = json.loads(stored(cell))["cells"][0]["metadata"]

    assert kept == {"tags": ["scratch"], "jupyter": {"source_hidden": True}}


def test_cells_get_ids_that_stay():
    once = stored(code_cell(), code_cell())
    ids = [cell["id"] for cell in json.loads(once)["cells"]]

    assert once == stored(code_cell(), code_cell())
    assert len(set(ids)) == 2


def test_an_id_given_twice_is_changed_once():
    first, second = json.loads(stored(code_cell() | {"id": "a"}, code_cell() | {"id": "a"}))["cells"]

    assert first["id"] == "a" != second["id"]


def test_empty_cells_go_unless_they_are_tagged():
    cells = json.loads(stored(code_cell(""), code_cell("", tags=["snippet:step_02_echo/app"])))["cells"]

    assert [cell["metadata"]["tags"] for cell in cells] == [["snippet:step_02_echo/app"]]


def test_the_text_is_that_of_jupyterlab():
    text = stored(code_cell("a = 'ö'\nb = 2"))

    assert text.endswith("}\n")
    assert '   "source": [\n    "a = \'ö\'\\n",\n    "b = 2"\n   ]' in text


def test_the_notebook_is_valid():
    nbformat.validate(nbformat.reads(stored(code_cell()), as_version=4))


def test_what_is_no_notebook_is_refused():
    with pytest.raises(ValueError, match="no cells"):
        parse("{}")


def test_an_author_s_cell_does_not_keep_the_id_of_a_generated_one():
    cell = nbformat.v4.new_markdown_cell("The itch.")
    cell.id = "kernel-check"
    notebook = nbformat.v4.new_notebook(cells=[cell])

    normalise(notebook)

    assert notebook.cells[0].id not in ("kernel-check", "")
