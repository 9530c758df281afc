"""Write reports as pages: one filing to one file, or many to a folder with an index."""

import re
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cydscore.errors import UsageError
from cydscore.html import IndexRow, render_index, render_page, to_index_row
from cydscore.report import Report

INDEX: Final = "index.html"
_ACCESSION: Final = re.compile(r"[0-9]{10}-[0-9]{2}-[0-9]{6}")


def is_page(path: Path) -> bool:
    """Tell whether a path names one page rather than a folder of them."""
    return path.suffix.lower() in (".html", ".htm")


class PageOutput(AbstractContextManager["PageOutput"]):
    """One page, or a folder with a page a filing and an index.

    A page takes its name when it is complete. The index is written last, also after an
    interruption, and lists the pages that are there.

    Parameters
    ----------
    path
        A file that ends in ``.html`` for one filing, or else a folder, made where it is missing;
        None for standard output.

    Raises
    ------
    UsageError
        If the path is a file where a folder is meant, or its folder does not exist.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._folder = path is not None and (path.is_dir() or not is_page(path))
        self._rows: list[IndexRow] = []
        self._names: set[str] = {INDEX}
        self._page: str | None = None
        if path is None:
            return
        if self._folder:
            if path.exists() and not path.is_dir():
                raise UsageError(f"{path}: is a file; name a folder, or a page {path}.html")
            path.mkdir(parents=True, exist_ok=True)
        elif not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}; make it first")

    def write(self, report: Report) -> None:
        """Write one report.

        Raises
        ------
        UsageError
            If it is the second one of a single page.
        """
        data = report.to_json()
        if self._path is not None and self._folder:
            name = self._choose_name(report)
            _write_whole(self._path / name, render_page(data, home=INDEX))
            self._rows.append(to_index_row(data, name))
        elif self._page is not None:
            raise UsageError("a page shows one filing; name a folder for several with --out DIR/")
        else:
            self._page = render_page(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._path is not None and self._folder:
            if self._rows:
                _write_whole(self._path / INDEX, render_index(self._rows))
        elif self._page is not None and kind is None:
            if self._path is None:
                import sys

                sys.stdout.flush()
                sys.stdout.buffer.write(self._page.encode())
                sys.stdout.buffer.flush()
            else:
                _write_whole(self._path, self._page)

    def _choose_name(self, report: Report) -> str:
        accession = report.filing.accession or ""
        stem = accession if _ACCESSION.fullmatch(accession) else f"filing-{len(self._rows) + 1}"
        name, number = f"{stem}.html", 1
        while name in self._names:
            number += 1
            name = f"{stem}-{number}.html"
        self._names.add(name)
        return name


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, "utf-8", errors="backslashreplace")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
