"""What encryption costs: the same database opened and read with its key, and as a plain copy by the same library."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from app.services.desk import Desk
from app.storage.vault import connect
from tests.bench.stopwatch import best, line

QUERIES = {
    "every time entry read": "SELECT * FROM time_entry",
    "200 patients by id": "SELECT * FROM patient WHERE id BETWEEN 1 AND 200",
    "minutes a patient, grouped": "SELECT patient_id, count(*) FROM time_entry GROUP BY patient_id",
}


def lines(desk: Desk) -> Iterator[str]:
    """Yield a line for opening and one for each query, each on a connection that has nothing in memory yet."""
    path, key = desk.opened.file.folder / "clinic.db", desk.opened.file.key
    plain = desk.opened.file.folder / "plain.db"
    whole = connect(path, key, guarded=False)
    whole.execute("ATTACH ? AS plain KEY ''", (str(plain),))
    whole.execute("SELECT sqlcipher_export('plain')")
    whole.close()

    def keyed() -> Any:  # noqa: ANN401 - sqlcipher3 has no types
        return connect(path, key, guarded=True)

    def bare() -> Any:  # noqa: ANN401 - as above
        return sqlcipher.connect(str(plain))

    opened = "the clinic's file opened"
    yield line(opened, best(partial(_read, keyed, _FIRST), 10), "plain", best(partial(_read, bare, _FIRST), 10))
    for what, query in QUERIES.items():
        yield line(what, best(partial(_read, keyed, query), 5), "plain", best(partial(_read, bare, query), 5))
    plain.unlink()


_FIRST = "SELECT count(*) FROM sqlite_master"


def _read(open_it: Any, query: str) -> None:  # noqa: ANN401 - as above
    connection = open_it()
    connection.execute(query).fetchall()
    connection.close()
