"""The shape of the database, brought up step by step with Alembic."""

from pathlib import Path

from sqlalchemy import Engine, text

from app.rules.errors import ClinicError
from app.storage.vault import ClinicDamaged

HEAD = "0009"  # the newest step in `migrations/versions`; a test holds the two together
_MIGRATIONS = Path(__file__).with_name("migrations")


class ClinicTooNew(ClinicError):
    """The file was written by a newer CareLoop."""

    def __init__(self) -> None:
        super().__init__(
            "This clinic was last opened by a newer CareLoop than this one. Nothing was changed; "
            "please use the newer version."
        )


def current_step(engine: Engine) -> str | None:
    """Return the step the database is at, or None for an empty one.

    Raises `ClinicTooNew` for one beyond `HEAD`, `ClinicDamaged` for one that holds tables but does not say its step.
    """
    with engine.connect() as connection:
        known = connection.execute(
            text("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'")
        ).scalar_one()
        if not known:
            if connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one():
                raise ClinicDamaged
            return None
        step = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    if not step.isdigit() or step > HEAD:
        raise ClinicTooNew
    return str(step)


def upgrade(engine: Engine) -> None:
    """Bring the database behind an unguarded `engine` to `HEAD`, all steps in one transaction."""
    from alembic import command  # noqa: PLC0415 - costs 0.3 s, and most openings need no step
    from alembic.config import Config  # noqa: PLC0415 - same

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        # A step that rebuilds a table drops the old one; with foreign keys on that would fail half way.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        with connection.execution_options(immediate=True).begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                raise RuntimeError("a migration broke a foreign key")
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]
