"""Checking: the words against the declared flags, the blocks against their elements."""

from cydscore.check.filing import Checker, Checks, is_incident_report

__all__ = ["Checker", "Checks", "is_incident_report"]
