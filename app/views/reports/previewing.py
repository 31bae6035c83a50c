"""A report as a paper on the screen, from wherever it is asked for."""

from app.services.figures.kinds import Wanted
from app.views.page_context import PageContext
from app.views.paper_preview.paper import Paper
from app.views.paper_preview.preview import show_preview
from app.views.tasks import Progress


def preview_report(context: PageContext, key: str, wanted: Wanted, title: str) -> None:
    """Show a report's paper above the page; `key` is one of `figures.kinds`, `title` what stands above the paper."""
    reports, actor = context.desk.reports, context.desk.actor

    def make(progress: Progress) -> Paper:
        copy = reports.paper(actor, key, wanted, progress)
        return Paper(
            copy.content,
            file_name(key, wanted, "pdf"),
            lambda form, purpose: reports.leave(actor, copy, form, purpose),
        )

    show_preview(context, title, make)


def file_name(key: str, wanted: Wanted, form: str) -> str:
    """Return what a report is saved as: its key and its months, nobody's name."""
    months = str(wanted.last) if wanted.first == wanted.last else f"{wanted.first}-to-{wanted.last}"
    return f"{key.replace('_', '-')}-{months}.{form}"
