"""The emergency kit: the recovery key on one sheet of paper, to be sealed and locked away."""

from app.reports.document import Document, Furniture
from app.reports.masthead import letterhead
from app.reports.page import Cell, Flow
from app.reports.pdf_text import Typesetter
from app.reports.wording import moment
from app.rules.papers import EmergencyKit

_PURPOSE = (
    "These words open the clinic's encrypted records when nobody can sign in any more: a passphrase is forgotten, or a "
    "person is gone. Without a passphrase and without this sheet nobody can open the records, and nobody can send you "
    "a new key."
)
_STEPS = (
    "Check each word against the screen and type all of them back when CareLoop asks.",
    "Put this sheet in an envelope, seal it, and sign across the flap.",
    "Keep it in a locked place away from the computer and away from its backups. Make no photograph and no copy.",
    "Write below who sealed it and who witnessed it, and whenever it is opened.",
    "When it has been used, or the seal is broken, make a new key in CareLoop at once and destroy this sheet.",
)


def emergency_kit_pdf(kit: EmergencyKit) -> bytes:
    """The sheet with the numbered words. Whoever holds it can open the clinic's records."""
    made = moment(kit.made_at, kit.clinic.time_zone)
    typesetter = Typesetter()
    flow = Flow(typesetter)
    letterhead(flow, kit.clinic)
    flow.mark("Emergency kit", "kit", 0)
    flow.title("Emergency kit", f"Recovery key of {kit.clinic.name}")
    key = [("Key", kit.fingerprint)] if kit.fingerprint else []
    flow.facts([("Made", made), ("By", kit.made_by), *key])
    flow.paragraph(_PURPOSE)
    flow.paragraph(Cell("This sheet holds no patient data. Treat it like the key to the records room.", bold=True))
    flow.subheading("Recovery key")
    flow.grid(kit.words, across=4)
    flow.subheading("What to do with this sheet")
    for number, step in enumerate(_STEPS, 1):
        flow.item(f"{number}.", step)
    flow.subheading("Sealed, witnessed, opened")
    for who in ("Sealed by", "Witnessed by", "Opened by"):
        flow.signature_lines((f"{who}, name", "Signature", "Date"))
    document = Document("CareLoop emergency kit", typesetter)
    document.add(
        flow.pages,
        Furniture(
            what=f"{kit.clinic.name} · emergency kit",
            whose="Secret: keep sealed",
            foot="Secret",
            ident="emergency kit",
            made=f"Made {made} by {kit.made_by} · CareLoop {kit.program_version}",
        ),
    )
    return document.finished()
