"""A dataset of many filings: three Parquet tables, in parts that are done once."""

from cydscore.dataset.partition import Part, Partition, score_partition
from cydscore.dataset.run import Progress, Summary, write_dataset
from cydscore.dataset.tables import TABLES, read_table, table_schema

__all__ = [
    "TABLES",
    "Part",
    "Partition",
    "Progress",
    "Summary",
    "read_table",
    "score_partition",
    "table_schema",
    "write_dataset",
]
