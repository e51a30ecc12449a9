"""Results as a Parquet file. Needs pyarrow: pip install "lenet-client[parquet]"."""

from typing import Any

import pyarrow
import pyarrow.parquet

from lenet_client.cli.output.record import Record

ROW_GROUP_ROWS = 4096  # rows in memory: about 1 MB with paths of usual length

COLUMNS = [
    ("path", pyarrow.string()),
    ("label", pyarrow.string()),
    ("score", pyarrow.float32()),
    ("top", pyarrow.list_(pyarrow.struct([("label", pyarrow.string()), ("score", pyarrow.float32())]))),
    ("error", pyarrow.string()),
]


class ParquetWriter:
    """Writes row groups of a fixed size; with `marks_uncertain` there is a column `uncertain`."""

    def __init__(self, path: str, *, marks_uncertain: bool) -> None:
        self._schema = pyarrow.schema(COLUMNS + [("uncertain", pyarrow.bool_())] * marks_uncertain)
        self._file = pyarrow.parquet.ParquetWriter(path, self._schema)
        self._rows: list[dict[str, Any]] = []

    def write(self, record: Record) -> None:
        """Add one row."""
        top = [{"label": label, "score": score} for label, score in record.top]
        path = record.path.encode("utf-8", "backslashreplace").decode()  # Parquet requires UTF-8, file names do not
        self._rows.append({**record._asdict(), "path": path, "top": top})
        if len(self._rows) >= ROW_GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last rows and the footer."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._rows:
            self._file.write_table(pyarrow.Table.from_pylist(self._rows, self._schema))
            self._rows = []
