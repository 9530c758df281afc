"""Everything that cydscore raises on purpose: one tree, each class also the builtin it refines.

A message is one line that says what was found, what was expected and what to try next; the
command line prints it after ``error: `` and goes on with the rest of a batch.
"""


def to_line(text: str) -> str:
    """Return text in one line, without the control characters that could steer a terminal.

    Parameters
    ----------
    text
        Any text, also what a hostile filing holds.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class CydscoreError(Exception):
    """Base of every error that cydscore raises on purpose."""


class InputError(CydscoreError, ValueError):
    """An input cannot be read as a filing (empty, binary, truncated, of an unknown format)."""


class InputMissingError(CydscoreError, FileNotFoundError):
    """A path, folder or pattern names no readable file."""


class NoDisclosureError(InputError):
    """A readable filing holds neither a ``cyd`` fact nor a cybersecurity Item."""


class ModelError(CydscoreError, ValueError):
    """A model folder is missing, damaged, or made for another version of cydscore."""


class CorpusError(CydscoreError, ValueError):
    """A labelled corpus breaks its format; the message names the file and the line."""


class UsageError(CydscoreError, ValueError):
    """A command or function was called with options that do not go together."""


class NotFittedError(CydscoreError, RuntimeError):
    """An estimator was asked to predict before it was fitted."""


class DependencyError(CydscoreError, ImportError):
    """An optional dependency is needed; the message names the extra that brings it."""


class ClusterError(CydscoreError, ConnectionError):
    """A cluster cannot be reached, or its workers are not like the client."""
