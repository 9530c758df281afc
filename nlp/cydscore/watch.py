"""Seconds spent in each stage, summed over processes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Final

#: The stages in the order in which a filing goes through them.
STAGES: Final = ("read", "segment", "tag", "check", "score", "write")


class Stopwatch:
    """Adds up the seconds of each stage.

    Attributes
    ----------
    seconds
        Wall-clock seconds by stage.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add the seconds of a block of code to a stage.

        Parameters
        ----------
        stage
            One of ``STAGES``.
        """
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += perf_counter() - start

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add the seconds of another process.

        Parameters
        ----------
        seconds
            Seconds by stage.
        """
        for stage, more in seconds.items():
            self.seconds[stage] += more

    def describe(self, n_filings: int) -> list[str]:
        """Return a line a stage: seconds, share of all, milliseconds a filing.

        Parameters
        ----------
        n_filings
            Number of filings that went through.
        """
        total = sum(self.seconds.values()) or 1.0
        lines = ["stage        seconds  share  ms/filing"]
        for stage in (s for s in STAGES if s in self.seconds):
            seconds = self.seconds[stage]
            each = 1000 * seconds / max(n_filings, 1)
            lines.append(f"{stage:<10} {seconds:>9.2f} {seconds / total:>6.0%} {each:>10.2f}")
        return lines
