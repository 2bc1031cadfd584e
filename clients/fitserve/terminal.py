"""What a terminal, or the file behind it, can show."""

from rich.console import Console


def shows(console: Console, text: str) -> bool:
    """Return whether the console's encoding has every character of `text`."""
    return spelled(text, console) == text


def spelled(text: str, console: Console) -> str:
    """Return `text` with a question mark for what the console's encoding does not have."""
    return text.encode(console.encoding, "replace").decode(console.encoding)
