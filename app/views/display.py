"""Whether there is a screen to open a window on."""

from collections.abc import Mapping

_NO_SCREEN = frozenset({"offscreen", "minimal"})


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Return whether a window could be seen; `platform` is `sys.platform`.

    Windows and macOS always have one. Elsewhere a display server is named in the environment, and Qt's platform is not
    set to one that draws into memory.
    """
    if environment.get("QT_QPA_PLATFORM", "").partition(":")[0] in _NO_SCREEN:
        return False
    if platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
