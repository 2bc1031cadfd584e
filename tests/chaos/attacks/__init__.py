"""The attacks, one file a subject, in the order of their table."""

from chaos.attacks import workers  # noqa: F401, I001 - each registers its attacks
from chaos.attacks import points  # noqa: F401
from chaos.attacks import brokers  # noqa: F401
from chaos.attacks import stopped  # noqa: F401
from chaos.attacks import hints  # noqa: F401
from chaos.attacks import api  # noqa: F401
from chaos.attacks import stores  # noqa: F401
from chaos.attacks import cancelling  # noqa: F401
from chaos.attacks import damage  # noqa: F401
from chaos.attacks import disk  # noqa: F401
from chaos.attacks import poison  # noqa: F401
from chaos.attacks import supervisor  # noqa: F401
from chaos.attacks import soak  # noqa: F401
