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


def problem():
    """Return what is wrong, or None."""
    version = "%d.%d" % sys.version_info[:2]
    implementation = platform.python_implementation()
    if implementation != "CPython" or not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return (
            "%s %s (%s): fitserve needs CPython 3.11, 3.12 or 3.13; TensorFlow has no wheel for others."
            % (
                implementation,
                version,
                sys.executable,
            )
        )
    system, machine = platform.system(), platform.machine()
    if (system, machine) not in PLATFORMS:
        return (
            "%s on %s: TensorFlow has no wheel for it. The client alone runs everywhere: pip install ."
            % (
                system,
                machine,
            )
        )
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        return "%s has no venv module; on Debian and Ubuntu: apt-get install python%s-venv" % (
            sys.executable,
            version,
        )
    return None


if __name__ == "__main__":
    wrong = problem()
    if wrong:
        sys.stderr.write(wrong + "\n")
        sys.exit(1)
