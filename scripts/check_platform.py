"""Say by name why this Python or platform cannot run fitserve, before anything is installed.

Written for every Python since 2.7, so that an old one is refused by a sentence, not by a traceback.
"""

import platform
import sys

PLATFORMS = {
    ("Linux", "x86_64"),
    ("Linux", "aarch64"),
    ("Darwin", "arm64"),
}
WRONG_PYTHON = (
    "{implementation} {version} ({path}): fitserve needs CPython 3.11, 3.12 or 3.13; "
    "TensorFlow has no wheel for others."
)
WRONG_PLATFORM = (
    "{system} on {machine}: TensorFlow has no wheel for it. "
    "The client alone runs everywhere: pip install ."
)
NO_VENV = "{path} has no venv module; on Debian and Ubuntu: apt-get install python{version}-venv"


def problem():
    """Return what is wrong, or None."""
    found = {
        "implementation": platform.python_implementation(),
        "version": "{0}.{1}".format(*sys.version_info[:2]),
        "path": sys.executable,
        "system": platform.system(),
        "machine": platform.machine(),
    }
    if found["implementation"] != "CPython" or not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return WRONG_PYTHON.format(**found)
    if (found["system"], found["machine"]) not in PLATFORMS:
        return WRONG_PLATFORM.format(**found)
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        return NO_VENV.format(**found)
    return None


if __name__ == "__main__":
    wrong = problem()
    if wrong:
        sys.stderr.write(wrong + "\n")
        sys.exit(1)
