"""The recovery key: shown, put on paper, typed back."""

from collections.abc import Callable, Sequence

from app.views import safe_text
from app.views.first_run.step import Step
from app.views.recovery_key import RecoverySheet, TypedBack
from app.views.tasks import Tasks


class KeyStep(Step):
    """Shows the 24 words and gives the emergency kit."""

    def __init__(self, words: Sequence[str], tasks: Tasks, make_kit: Callable[[], bytes]) -> None:
        """Show `words`; `make_kit` gives them as PDF."""
        super().__init__(
            "key_step",
            self.tr("Recovery key"),
            self.tr("Your recovery key"),
            self.tr(
                "If every passphrase is lost, these 24 words open the clinic's records, and nothing else does. Print"
                " the sheet, or write the words on paper. Next you type them back from it."
            ),
        )
        self.sheet = RecoverySheet(words, tasks, make_kit)
        self.body.addWidget(self.sheet)
        self.body.addStretch(1)

    def next_words(self) -> str:
        return self.tr("I have it on paper")


class TypedBackStep(Step):
    """Takes the words back, and then makes the clinic."""

    def __init__(self, words: Sequence[str], create: Callable[[Callable[[], object]], object]) -> None:
        """Wait for `words`, then call `create`, which goes on by the call it is given."""
        super().__init__(
            "typed_back_step",
            self.tr("Type it back"),
            self.tr("Type the key back from the paper"),
            self.tr(
                "All 24 words in order, with a space between. CareLoop tells you at once when one is not right. This is"
                " the only proof that the paper is good on the day it is needed."
            ),
        )
        self._create = create
        self.typed = TypedBack(words)
        self.typed.matched.connect(lambda is_matched: self.set_ready(ready=is_matched))
        self.is_ready = False
        self.body.addWidget(self.typed)
        self.body.addWidget(safe_text.label(self.tr("Then the clinic is made, which takes a few seconds."), "small"))
        self.body.addStretch(1)

    def next_words(self) -> str:
        return self.tr("Make the clinic")

    def leave(self, go_on: Callable[[], object]) -> None:
        if self.typed.is_matched:
            self._create(go_on)
