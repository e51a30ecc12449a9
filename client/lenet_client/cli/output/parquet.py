"""Results as a Parquet file; needs pyarrow (pip install "lenet-client[parquet]")."""

from typing import Any

import pyarrow
import pyarrow.parquet

from lenet_client.cli.output.record import Record

ROWS = 4096  # in one row group: what is held in memory

COLUMNS = [
    ("path", pyarrow.string()),
    ("label", pyarrow.string()),
    ("score", pyarrow.float32()),
    ("top", pyarrow.list_(pyarrow.struct([("label", pyarrow.string()), ("score", pyarrow.float32())]))),
    ("error", pyarrow.string()),
]


class ParquetWriter:
    """Writes row groups of a fixed size; with `marks`, a column says which results are uncertain."""

    def __init__(self, path: str, *, marks: bool) -> None:
        self._schema = pyarrow.schema(COLUMNS + [("uncertain", pyarrow.bool_())] * marks)
        self._file = pyarrow.parquet.ParquetWriter(path, self._schema)
        self._rows: list[dict[str, Any]] = []

    def write(self, record: Record) -> None:
        """Add one row."""
        top = [{"label": label, "score": score} for label, score in record.top]
        path = record.path.encode("utf-8", "backslashreplace").decode()  # file names need not be UTF-8, Parquet is
        self._rows.append({**record._asdict(), "path": path, "top": top})
        if len(self._rows) >= ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last rows and the footer."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._rows:
            self._file.write_table(pyarrow.Table.from_pylist(self._rows, self._schema))
            self._rows = []
