"""The picture of the house in docs/architecture.md, made from what each part says of itself.

``python -m tests.test_architecture`` writes it anew.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- the picture begins -->\n", "<!-- the picture ends -->\n"
WIDTH = 118
MOST = 13
"""Modules in one folder: a reader takes in about ten names."""
MOST_LINES, MOST_PARAMETERS = 50, 8


def sentence(path: Path) -> str:
    """The first sentence of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")


def folders(folder: Path) -> Iterator[Path]:
    """A folder and those in it, from the outside in, if they hold Python."""
    yield folder
    for inner in sorted(path.parent for path in folder.glob("*/__init__.py")):
        yield from folders(inner)


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 2].rsplit(" ", 1)[0].rstrip(",.:;") + " …"


def picture() -> str:
    """Every folder with its modules, and the first sentence of each."""
    lines = []
    for folder in folders(ROOT / "bdsg"):
        name = str(folder.relative_to(ROOT)) + "/"
        lines += ["", f"{name:28}{shortened(sentence(folder / '__init__.py'), WIDTH - 28)}"]
        for path in modules(folder):
            lines.append(f"    {path.name:26}{shortened(sentence(path), WIDTH - 30)}")
    return "\n".join(["```text", *lines[1:], "```", ""])


def test_the_picture_is_that_of_the_folders() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    shown, _, after = rest.partition(END)
    assert shown == picture(), "write it anew: python -m tests.test_architecture"
    assert before.startswith("# ")
    assert after


def test_each_part_says_what_it_is_for() -> None:
    for folder in folders(ROOT / "bdsg"):
        for path in (folder / "__init__.py", *modules(folder)):
            assert sentence(path).endswith((".", ":", "?")), path


def test_no_folder_holds_more_than_a_reader_takes_in() -> None:
    counts = {str(folder.relative_to(ROOT)): len(modules(folder)) for folder in folders(ROOT / "bdsg")}
    assert {name: count for name, count in counts.items() if count > MOST} == {}


def functions() -> Iterator[tuple[str, int, int]]:
    """Name, lines and parameters of every function."""
    for path in (
        ROOT / "app.py",
        *ROOT.glob("pages/*.py"),
        *filter(lambda path: "node_modules" not in path.parts, ROOT.glob("bdsg/**/*.py")),
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                named = [part.arg for part in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                count = sum(name not in ("self", "cls") for name in named)
                yield f"{path.name}: {node.name}", (node.end_lineno or 0) - node.lineno + 1, count


def test_no_function_is_longer_or_takes_more_than_a_reader_holds_in_mind() -> None:
    found = list(functions())
    assert len(found) > 1_000
    assert [(name, lines) for name, lines, _ in found if lines > MOST_LINES] == []
    assert [(name, count) for name, _, count in found if count > MOST_PARAMETERS] == []


if __name__ == "__main__":
    head, _, tail = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(head + BEGIN + picture() + END + tail.partition(END)[2], encoding="utf-8")
