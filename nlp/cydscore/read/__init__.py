"""Reading: whatever the format of a file, filings come out of it."""

from cydscore.read.recognise import read_filing, read_filings

__all__ = ["read_filing", "read_filings"]
