import json

import pytest

from fitserve import BadSpec, ServerError

WEBHOOK = {
    "id": "whk_1",
    "url": "https://example.org/",
    "events": ["experiment.failed"],
    "created_at": "2026-01-02T03:04:05Z",
}


def delivery(number, **fields):
    return {
        "id": f"msg_{number}", "webhook_id": "whk_1", "experiment_id": None, "type": "webhook.test",
        "status": "pending", "attempts": 0, "created_at": "2026-01-02T03:04:05Z", "payload": {},
        **fields,
    }  # fmt: skip


class TestClient:
    def test_creates_with_the_ends_that_are_given(self, client, service, answers):
        service.then(answers.ok({**WEBHOOK, "secret": "whsec_AA=="}, 201))
        assert client.webhooks.create("https://example.org/").secret == "whsec_AA=="
        client.webhooks.create("https://example.org/", events=["experiment.failed"])
        assert service.bodies == [
            {"url": "https://example.org/"},
            {"url": "https://example.org/", "events": ["experiment.failed"]},
        ]

    def test_creates_no_second_one_where_the_answer_was_lost(self, client, service, answers):
        service.then(answers.error(502))
        with pytest.raises(ServerError):
            client.webhooks.create("https://example.org/")
        assert len(service.requests) == 1

    def test_tells_why_an_address_is_refused(self, client, service, answers):
        service.then(answers.error(422, "the host is at 10.0.0.1", param="url"))
        with pytest.raises(BadSpec, match=r"10\.0\.0\.1"):
            client.webhooks.create("http://intranet")

    def test_iterates_deliveries_over_pages(self, client, service, answers):
        page = {"object": "list", "data": [delivery(2)], "has_more": True}
        last = {"object": "list", "data": [delivery(1)], "has_more": False}
        service.then(answers.ok(page), answers.ok(last))
        assert [one.id for one in client.webhooks.deliveries("whk_1")] == ["msg_2", "msg_1"]
        assert service.requests[1].url.params["after"] == "msg_2"


class TestCommands:
    def test_add_prints_the_secret(self, fitserve, service, answers):
        service.then(answers.ok({**WEBHOOK, "secret": "whsec_AA=="}, 201))
        run = fitserve("webhooks", "add", "https://example.org/", "--event", "experiment.failed")
        assert run.exit_code == 0, run.output
        assert "whsec_AA==" in run.stdout
        assert service.bodies[0]["events"] == ["experiment.failed"]

    def test_ls_and_deliveries_print_tables_or_json(self, fitserve, service, answers):
        service.then(answers.ok({"object": "list", "data": [WEBHOOK], "has_more": False}))
        assert "https://example.org/" in fitserve("webhooks", "ls").stdout
        [listed] = json.loads(fitserve("webhooks", "ls", "--json").stdout)
        assert listed["id"] == "whk_1"
        sent = delivery(1, status="failed", attempts=15, told="answered 500")
        service.answers.clear()
        service.then(answers.ok({"object": "list", "data": [sent], "has_more": False}))
        told = fitserve("webhooks", "deliveries", "whk_1").stdout
        assert all(text in told for text in ("msg_1", "failed", "15", "answered 500"))
