import json


class TestWatch:
    def test_looks_on_until_the_end(self, fitserve, service, answers, summary):
        service.then(
            answers.ok(answers.experiment()),
            answers.ok(answers.experiment()),
            answers.stream(answers.event(1, "experiment.succeeded")),
            answers.ok(answers.experiment(status="succeeded")),
            answers.ok(summary),
        )
        run = fitserve("watch", "exp_1")
        assert run.exit_code == 0, run.output
        assert "0.9798 ± 0.0003" in run.stdout


class TestJson:
    def test_of_show_is_experiment_and_summary(self, fitserve, service, answers, summary):
        service.then(answers.ok(answers.experiment(status="succeeded")), answers.ok(summary))
        found = json.loads(fitserve("show", "exp_1", "--json").stdout)
        assert found["experiment"]["id"] == "exp_1"
        assert found["summary"]["cells"][0]["figures"]["accuracy"]["mean"] == 0.9798

    def test_of_a_list_is_a_list(self, fitserve, service, answers):
        page = {"data": [answers.experiment()], "has_more": False}
        service.then(answers.ok(page))
        [found] = json.loads(fitserve("ls", "--json").stdout)
        assert found["id"] == "exp_1"
