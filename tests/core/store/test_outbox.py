"""The outbox: messages that stand or fall with what they tell, each taken by one at a time."""

import pytest
from sqlalchemy import update

from fitserve_core.store import Store
from fitserve_core.store.ending import end
from fitserve_core.store.tables import delivery
from fitserve_core.webhooks import Webhook
from support import stories


@pytest.fixture
def webhook(store: Store) -> Webhook:
    """A webhook that is told of successes."""
    return store.webhooks.create("https://example.org/", ["experiment.succeeded"], "whsec_AA==")


class TestEnd:
    def test_that_is_rolled_back_tells_nobody(self, store: Store, webhook: Webhook) -> None:
        experiment = stories.post(store)
        with store.database.writing() as connection:
            end(connection, experiment.id, "succeeded")
            connection.rollback()
        assert store.deliveries.take(9, 60.0) == []
        stories.train(store)
        [message] = store.deliveries.take(9, 60.0)
        assert (message.attempt, message.url) == (1, webhook.url)


class TestTake:
    def test_gives_a_message_to_one_until_its_lease_runs_out(
        self, store: Store, webhook: Webhook
    ) -> None:
        store.webhooks.test(webhook.id)
        [first] = store.deliveries.take(9, 60.0)
        assert store.deliveries.take(9, 60.0) == []
        with store.database.writing() as connection:
            connection.execute(update(delivery).values(due_at=1.0))
        [second] = store.deliveries.take(9, 60.0)
        assert (second.id, second.attempt) == (first.id, 2)
        store.deliveries.failed(first, "too late: somebody else has it", None)
        [found], _ = store.webhooks.deliveries(webhook.id, 9, None)
        assert (found.status, found.told) == ("pending", None)
        store.deliveries.delivered(second, "answered 200")
        [found], _ = store.webhooks.deliveries(webhook.id, 9, None)
        assert (found.status, found.due_at) == ("delivered", None)

    def test_pages_go_from_newest_to_oldest(self, store: Store, webhook: Webhook) -> None:
        sent = [store.webhooks.test(webhook.id).id for _ in range(3)]
        newest, more = store.webhooks.deliveries(webhook.id, 2, None)
        assert ({found.id for found in newest} <= set(sent), more) == (True, True)
        rest, more = store.webhooks.deliveries(webhook.id, 2, newest[-1].id)
        assert ({*sent} - {found.id for found in newest}, more) == ({rest[0].id}, False)
