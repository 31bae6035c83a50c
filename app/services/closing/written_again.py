"""What left with a close, written again to the byte from what was kept."""

from collections.abc import Collection

from sqlalchemy import select

from app.models import CloseFile
from app.rules.month import Month
from app.rules.packet_facts import FINAL
from app.rules.rule_book import RuleBook
from app.services.closing.made import Made, MadePacket
from app.services.closing.month_state import newest_close
from app.services.closing.paper_store import PaperDamaged, stored
from app.services.closing.press import kind_of
from app.services.judging import clinic_of, judge
from app.services.making import kept_packets
from app.services.packet_folder import PacketFolder, full_manifest, sha256_of
from app.storage.ledger import Work


def described(month: Month, rules: str, close: int) -> dict[str, object]:
    """Return what a manifest says beside its files; `close` is the close's number, 0 for a month that stays open."""
    said: dict[str, object] = {"format": 1, "month": str(month), "rules": rules}
    return {**said, "close": close} if close else said


def write_again(work: Work, book: RuleBook, month: Month, folder: PacketFolder, papers: Collection[str]) -> Made:
    """Put those of a closed month's files that are `papers` into `folder`, which is not finished. Raise `PaperDamaged`.

    What is returned knows no files yet.
    """
    session = work.session
    close = newest_close(session, month)
    assert close is not None, "the month is closed"
    rows = session.scalars(select(CloseFile).where(CloseFile.close_id == close.id).order_by(CloseFile.name)).all()
    said = described(month, close.rule_version, close.revision)
    if sha256_of(full_manifest(said, {row.name: row.sha256 for row in rows})) != close.manifest_sha256:
        raise PaperDamaged(close.manifest_sha256)
    for row in rows:
        if kind_of(row.name) in papers:
            folder.add(row.name, stored(session, row.sha256))
    judged = judge(session, clinic_of(session), month, book)
    changed = {each.packet_no for each in judged if each.changed_since}
    finals = [row for row in kept_packets(session, month).values() if row.state == FINAL]
    packets = tuple(
        MadePacket(
            packet_no=row.packet_no,
            patient_id=row.patient_id,
            state=row.state,
            revision=row.revision,
            sha256=row.stored_sha256 or row.sha256,
            is_new=False,
            changed_since=row.packet_no in changed,
        )
        for row in sorted(finals, key=lambda row: row.packet_no)
    )
    work.note(month=str(month), close=close.revision, printed_again=len(packets))
    if folder.is_protected:
        work.note(protected=True)
    return Made(month, packets, close.not_billed, 0, (), {}, close.revision)
