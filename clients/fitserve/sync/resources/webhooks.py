"""`client.webhooks`: who is told of experiments that have ended."""

from collections.abc import Generator, Sequence

from fitserve import calls
from fitserve.responses import parse
from fitserve.sync.sender import Sender
from fitserve_core.results import Page
from fitserve_core.webhooks import CreatedWebhook, Delivery, EventType, Webhook

PAGE_SIZE = 100


class Webhooks:
    """Webhooks of the service."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def create(self, url: str, *, events: Sequence[EventType] | None = None) -> CreatedWebhook:
        """Let an address be told of experiments that end, and return the webhook with its secret.

        The secret is told this once. What receives the messages verifies them by it, with any
        library of Standard Webhooks: in Python `standardwebhooks.Webhook(secret).verify(body,
        headers)`.

        Args:
            url: receives a POST for each end.
            events: which ends, such as `["experiment.failed"]`; all of them if not given.

        Raises:
            BadSpec: the address is not one that the service may reach.
        """
        call = calls.create_webhook(url, events)
        return parse(CreatedWebhook, self._sender.send(call))

    def retrieve(self, webhook_id: str) -> Webhook:
        """Return one webhook, without its secret."""
        return parse(Webhook, self._sender.send(calls.webhook(webhook_id)))

    def delete(self, webhook_id: str) -> None:
        """Remove a webhook; messages that wait are not sent any more."""
        self._sender.send(calls.delete_webhook(webhook_id))

    def test(self, webhook_id: str) -> Delivery:
        """Let the service send a message of type `webhook.test`."""
        return parse(Delivery, self._sender.send(calls.test_webhook(webhook_id)))

    def deliveries(self, webhook_id: str) -> Generator[Delivery, None, None]:
        """Yield the messages to a webhook, newest first, asking for pages as needed."""
        after = None
        while True:
            call = calls.deliveries(webhook_id, PAGE_SIZE, after)
            page = parse(Page[Delivery], self._sender.send(call))
            for delivery in page.data:
                yield delivery
            if not page.has_more or not page.data:
                return
            after = page.data[-1].id

    def list(self) -> list[Webhook]:
        """Return every webhook, oldest first."""
        return parse(Page[Webhook], self._sender.send(calls.webhooks())).data
