"""From a plan to the papers of a month: each printed once, cut for the store, and put into the folder if asked for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from app.rules.packet_facts import FINAL, PacketFacts
from app.rules.papers import BoundIndex, NotClaimed, ReadinessReport
from app.services.closing.paper_store import Cut, cut
from app.services.making import Plan
from app.services.month_papers import BOUND, READINESS, BindPackets
from app.services.packet_folder import PACKETS, PacketFolder

CHARGES, NOT_BILLED = "charges", "not_billed"
PAPERS = frozenset({PACKETS, BOUND, READINESS, CHARGES, NOT_BILLED})
"""What can be written: a PDF a packet, all of them bound, the readiness report, the charges, who is not billed."""
CLAIMS = "claims"
"""Can be asked for beside these: the claim files of what is final, which then counts as sent."""
BOUND_FILE, READINESS_FILE = "bound.pdf", "readiness.pdf"
VOID_FOLDER = "void"
Export = Callable[[Sequence[PacketFacts], BoundIndex], bytes]
"""How a list is written: of the final packets' facts in their order, and of the index with who is not billed."""


@dataclass(frozen=True, slots=True)
class Writers:
    """How papers and lists are written. `exports` by file name; `void` marks a finished paper's bytes as void.

    `protect` makes a copy of a PDF that opens with a passphrase alone, `not_claimed` lists whose claim stays back.
    `packets` begins a run of many packets, where that is quicker than `packet` for each.
    """

    packet: Callable[[PacketFacts], bytes]
    bind: BindPackets
    report: Callable[[ReadinessReport], bytes]
    void: Callable[[bytes, str], bytes]
    exports: Mapping[str, Export]
    protect: Callable[[bytes, str], bytes]
    not_claimed: Callable[[str, Sequence[NotClaimed]], bytes]
    packets: Callable[[], Callable[[PacketFacts], bytes]] | None = None


class Press:
    """Prints one month. `cuts` holds, by file name, each paper on its way into the store; `known` their pieces."""

    def __init__(self, writers: Writers, folder: PacketFolder, papers: Collection[str]) -> None:
        self._writers = writers
        self._folder = folder
        self._papers = papers
        folder.require_places((READINESS_FILE, *writers.exports))
        self.cuts: dict[str, Cut] = {}
        self.known: dict[str, bytes] = {}

    def wants(self, kind: str) -> bool:
        """Whether papers of this kind were asked for."""
        return kind in self._papers

    def put(self, name: str, content: bytes) -> str:
        """Take in a paper and return its SHA-256."""
        self.cuts[name] = cut(content, self.known)
        if kind_of(name) in self._papers:
            self._folder.add(name, content)
        return self.cuts[name].sha256

    def packets(
        self,
        plan: Plan,
        kept: Callable[[str], bytes],
        progress: Callable[[int, int], None],
        ask: Callable[[], bool],
        *,
        binds: bool,
    ) -> None:
        """Print packets, void copies and, where `binds`, the bound document; `kept` gives stored bytes by their hash.

        `progress` is told (done, of); `ask` raises where the person stopped it.
        """
        steps = len(plan.sheets) * (2 if binds else 1)
        draw = self._writers.packets() if self._writers.packets else self._writers.packet
        for done, sheet in enumerate(plan.sheets, 1):
            ask()
            self.put(sheet.file, kept(sheet.stored) if sheet.stored else draw(sheet.facts))
            progress(done, steps)
        for void in plan.voided:
            ask()
            was = kept(void.stored) if void.stored else self._writers.packet(PacketFacts.from_json(void.facts))
            self.put(f"{VOID_FOLDER}/{void.number}-VOID.pdf", self._writers.void(was, void_words(void.superseded_by)))
        if not binds:
            return
        if plan.kept_bound is not None:
            self.put(BOUND_FILE, kept(plan.kept_bound))
            progress(steps, steps)
            return
        bound = self._writers.bind(
            [sheet.facts for sheet in plan.sheets],
            plan.bound.index,
            progress=lambda done, of: progress(len(plan.sheets) + done, len(plan.sheets) + of),
            cancelled=ask,
        )
        self.put(BOUND_FILE, bound)

    def lists(self, plan: Plan, *, all_of_them: bool) -> None:
        """Write the lists of charges and of who is not billed; `all_of_them` also those that were not asked for."""
        finals = [sheet.facts for sheet in plan.sheets if sheet.facts.making.state == FINAL]
        for name, write in self._writers.exports.items():
            if all_of_them or kind_of(name) in self._papers:
                self.put(name, write(finals, plan.bound.index))

    def report(self, report: ReadinessReport) -> None:
        """Print the readiness report."""
        self.put(READINESS_FILE, self._writers.report(report))


def void_words(superseded_by: int | None) -> str:
    """Return what stands across a void packet."""
    return "VOID – superseded" + (f" by revision {superseded_by}" if superseded_by is not None else "")


def kind_of(name: str) -> str:
    """Return which of `PAPERS` a file of the folder is."""
    if name == BOUND_FILE:
        return BOUND
    if name == READINESS_FILE:
        return READINESS
    if "/" in name:
        return PACKETS
    return NOT_BILLED if name.startswith("not-billed") else CHARGES
