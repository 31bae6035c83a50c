"""The tour: the real program, walked through a month with keys, where there is no display to open a window on."""

from app.views.tour.run import run_tour

__all__ = ["run_tour"]
