"""What scikit-learn asks of every estimator, without its base class: loading that takes a second.

`SegmentTagger` and `FeatureExtractor` read text and score filings without scikit-learn; those who
have it can clone, search and chain them all the same.
"""

import inspect
from typing import Any, Self

from cydscore.errors import UsageError


class Parameters:
    """The parameters of an estimator: what its ``__init__`` takes, kept under the same names."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Return the parameters by name.

        Parameters
        ----------
        deep
            Without effect, kept for scikit-learn.
        """
        names = list(inspect.signature(type(self)).parameters)
        return {name: getattr(self, name) for name in names}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name.

        Parameters
        ----------
        **params
            Names and values.

        Raises
        ------
        UsageError
            If there is no such parameter.
        """
        known = self.get_params()
        for name in params:
            if name not in known:
                raise UsageError(
                    f"{type(self).__name__} has no parameter '{name}'; "
                    f"choose from {', '.join(known)}"
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        standard = inspect.signature(type(self)).parameters
        changed = {n: v for n, v in self.get_params().items() if v != standard[n].default}
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in changed.items())})"
