"""An X12 interchange to its segments. Files from outside are hostile: sizes are capped, nothing is guessed."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.rules.errors import ClinicError

LARGEST_FILE = 32 * 1024 * 1024
_MOST_SEGMENTS = 1_000_000
_LINE_ENDS = "\r\n"


class NotX12(ClinicError):
    """The file is not what a payer sends back. The message says what is wrong, and that nothing was done."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its name and its elements, counted from 1 as the guides do."""

    name: str
    elements: tuple[str, ...]

    def at(self, number: int) -> str:
        """Return an element, or "" where the segment is shorter."""
        return self.elements[number - 1] if number <= len(self.elements) else ""


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """A transaction set and the envelopes it came in."""

    kind: str
    version: str
    control: str
    group_control: str
    interchange_control: str
    sender: str
    receiver: str
    component: str
    segments: tuple[Segment, ...]

    def parts(self, element: str) -> list[str]:
        """Return the components of an element."""
        return element.split(self.component)


def read_x12(data: bytes) -> tuple[TransactionSet, ...]:
    """Return the transaction sets of a file of one interchange or several. Raises `NotX12`."""
    if len(data) > LARGEST_FILE:
        raise NotX12("The file is larger than any answer to claims (32 MB).")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise NotX12("This is not an X12 file: it holds signs that such files never have.") from error
    found: list[TransactionSet] = []
    while text:
        text = _interchange(text, found).lstrip()
    if not found:
        raise NotX12("The file holds no answer to claims.")
    return tuple(found)


def _interchange(text: str, found: list[TransactionSet]) -> str:
    """Add the first interchange's transaction sets to `found`, and return what comes after it."""
    if not text.startswith("ISA") or len(text) < 106:
        raise NotX12("This is not an X12 file: it does not begin with an interchange (ISA).")
    element, component, end = text[3], text[104], text[105]
    if len({element, component, end}) != 3 or any(sign.isalnum() or sign == " " for sign in (element, component, end)):
        raise NotX12("This is not an X12 file: the signs that part its elements cannot be told.")
    header = text[:105].split(element)
    if len(header) != 17:
        raise NotX12("This is not an X12 file: its first segment (ISA) has not sixteen elements.")
    segments: list[Segment] = []
    at = 106
    while True:
        stop = text.find(end, at)
        if stop < 0:
            raise NotX12("The file is cut off: its interchange has no end (IEA).")
        name, *elements = text[at:stop].strip(_LINE_ENDS + " ").split(element)
        at = stop + 1
        segments.append(Segment(name, tuple(elements)))
        if len(segments) > _MOST_SEGMENTS:
            raise NotX12("The file holds more than any answer to claims.")
        if name == "IEA":
            break
        if name == "ISA":
            raise NotX12("The file is cut off: an interchange begins before the one before it has ended.")
    if segments[-1].at(2) != header[13]:
        raise NotX12("The file is damaged: its interchange begins and ends under two numbers.")
    _require_more_than_a_receipt(segments)
    ids = _Ids(header[13], header[6].strip(), header[8].strip(), component)
    found.extend(_sets(segments, ids))
    return text[at:]


def _require_more_than_a_receipt(segments: Sequence[Segment]) -> None:
    """Raise `NotX12` for an interchange that holds only an interchange acknowledgement (TA1), with its meaning."""
    receipt = next((segment for segment in segments if segment.name == "TA1"), None)
    if receipt is None or any(segment.name == "ST" for segment in segments):
        return
    if receipt.at(4) == "A":
        raise NotX12(f"The receiver took in the file {receipt.at(1)} (TA1). What it says of the claims comes as a 999.")
    raise NotX12(
        f"The receiver could not read the file {receipt.at(1)} at all (TA1, note {receipt.at(5)}). "
        "Check the identifiers in the settings for claims with the payer, and send the same file again."
    )


@dataclass(frozen=True, slots=True)
class _Ids:
    control: str
    sender: str
    receiver: str
    component: str


def _sets(segments: Sequence[Segment], ids: _Ids) -> list[TransactionSet]:
    found: list[TransactionSet] = []
    group: Segment | None = None
    begun: int | None = None
    for at, segment in enumerate(segments):
        if segment.name == "GS":
            group = segment
        elif segment.name == "ST":
            if group is None or begun is not None:
                raise NotX12("The file is damaged: a transaction begins where none can.")
            begun = at
        elif segment.name == "SE":
            if group is None or begun is None:
                raise NotX12("The file is damaged: a transaction ends that never began.")
            inside = tuple(segments[begun : at + 1])
            first = inside[0]
            if segment.at(2) != first.at(2):
                raise NotX12("The file is damaged: a transaction begins and ends under two numbers.")
            if segment.at(1) != str(len(inside)):
                raise NotX12(
                    f"The file is cut off or damaged: a transaction says it has {segment.at(1)} segments, "
                    f"but {len(inside)} are there."
                )
            found.append(
                TransactionSet(
                    kind=first.at(1),
                    version=first.at(3) or group.at(8),
                    control=first.at(2),
                    group_control=group.at(6),
                    interchange_control=ids.control,
                    sender=ids.sender,
                    receiver=ids.receiver,
                    component=ids.component,
                    segments=inside,
                )
            )
            begun = None
    if begun is not None:
        raise NotX12("The file is cut off: a transaction has no end (SE).")
    return found
