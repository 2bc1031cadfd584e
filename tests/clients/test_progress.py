import io

import pytest
from rich.console import Console

from fitserve.progress import watching
from fitserve.progress.notebook import NotebookBars
from fitserve_core.results import Event, Experiment


def console(*, terminal, encoding="utf-8"):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    return Console(file=file, force_terminal=terminal, width=80, record=True)


@pytest.fixture
def events(answers):
    def run(seq, kind, **data):
        return answers.event(seq, f"run.{kind}", run_id="run_1", **data)

    config = {"learning_rate": 0.1}
    begun = {"cell": 0, "repetition": 1, "config": config, "epochs_total": 5}
    return {
        "running": answers.event(1, "experiment.running"),
        "begun": run(2, "running", attempt=1, epoch=0, **begun),
        "epochs": run(3, "epochs", epochs=[{"epoch": 1}, {"epoch": 2, "val_accuracy": 0.9712}]),
        "requeued": run(4, "requeued", reason="its worker went silent"),
        "resumed": run(5, "running", attempt=2, epoch=1, **begun),
        "trained": run(6, "succeeded", verdict={"name": "trained", "reason": "fine"}, final={}),
        "idle": run(6, "succeeded", verdict={"name": "did_not_train", "reason": "flat"}, final={}),
        "failed": run(6, "failed", error="out of memory"),
        "ended": answers.event(7, "experiment.succeeded"),
        "unheard": answers.event(8, "model.promoted", to="production"),
    }


@pytest.fixture
def experiment(answers):
    return Experiment.model_validate(answers.experiment())


def lines(experiment, fake_time, *events, seconds_between=10.0):
    out = console(terminal=False)
    with watching(experiment, fake_time.clock, out) as watcher:
        for event in events:
            fake_time.seconds += seconds_between
            watcher.show(Event.model_validate(event))
    return out.export_text().splitlines()


class TestLines:
    def test_name_a_run_of_the_only_cell_by_its_number(self, experiment, fake_time, events):
        events["begun"]["data"]["config"] = {}
        told = (events[name] for name in ("running", "begun", "epochs"))
        assert lines(experiment, fake_time, *told)[-1].endswith("0.9712 (run 2)")

    def test_tell_start_progress_and_end(self, experiment, fake_time, events):
        told = ("running", "begun", "epochs", "trained", "ended")
        assert lines(experiment, fake_time, *(events[name] for name in told)) == [
            "digits: 2 runs, 10 epochs in all",
            "digits: 20%, 2/10 epochs, 0/2 runs, last val_accuracy 0.9712 "
            "(learning rate 0.1 · run 2)",
            "digits: 50%, 5/10 epochs, 1/2 runs, last val_accuracy 0.9712 "
            "(learning rate 0.1 · run 2)",
            "digits: succeeded after 50.0 s, 1/2 runs",
        ]

    def test_count_folds_from_one(self, experiment, fake_time, events):
        events["begun"]["data"] |= {"config": {}, "repetition": 0, "fold": 2}
        told = (events[name] for name in ("begun", "epochs"))
        assert lines(experiment, fake_time, *told)[-1].endswith("(run 1, fold 3)")

    def test_success_of_which_nothing_trained_says_so(self, experiment, fake_time, events):
        told = [events[name] for name in ("begun", "idle", "ended")]
        assert lines(experiment, fake_time, *told)[-1].endswith("1/2 runs, none trained")

    def test_are_sparse_in_time(self, experiment, fake_time, events):
        told = [events[name] for name in ("running", "begun", "epochs", "ended")]
        assert len(lines(experiment, fake_time, *told, seconds_between=0.5)) == 2

    def test_are_sparse_in_progress(self, experiment, fake_time, events):
        told = [events["begun"], *[events["epochs"]] * 50, events["ended"]]
        assert len(lines(experiment, fake_time, *told)) == 3

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("requeued", "goes back to the queue (its worker went silent)"),
            ("idle", "did not train (flat)"),
            ("failed", "failed (out of memory)"),
        ],
    )
    def test_tell_what_went_wrong(self, experiment, fake_time, events, name, sentence):
        told = lines(experiment, fake_time, events["begun"], events[name], seconds_between=0)
        assert told[1] == f"digits: learning rate 0.1 · run 2: {sentence}"

    def test_event_of_an_unknown_type_is_passed_over(self, experiment, fake_time, events):
        assert len(lines(experiment, fake_time, events["unheard"])) == 1

    def test_encoding_without_the_characters(self, experiment, fake_time, events):
        out = console(terminal=False, encoding="ascii")
        with watching(experiment, fake_time.clock, out) as watcher:
            watcher.show(Event.model_validate(events["begun"]))
            watcher.show(Event.model_validate(events["failed"]))
        assert "learning rate 0.1 ? run 2: failed" in out.export_text()


class TestBars:
    def draw(self, experiment, fake_time, *events, encoding="utf-8"):
        out = console(terminal=True, encoding=encoding)
        with watching(experiment, fake_time.clock, out) as bars:
            for event in events:
                bars.show(Event.model_validate(event))
        still = Console(file=io.StringIO(), width=80, record=True)
        still.print(bars.progress)
        return still.export_text().splitlines(), out.export_text()

    def test_one_for_the_experiment_and_one_for_each_run(self, experiment, fake_time, events):
        told = [events[name] for name in ("running", "begun", "epochs")]
        (whole, run), _ = self.draw(experiment, fake_time, *told)
        assert whole.startswith("● digits")
        assert "2/10 epochs" in whole
        assert "0/2 runs" in whole
        assert run.startswith("  learning rate 0.1 · run 2")
        assert "2/5 epochs" in run
        assert "val_accuracy 0.9712" in run

    def test_bar_of_a_run_goes_with_the_run(self, experiment, fake_time, events):
        told = [events[name] for name in ("running", "begun", "epochs", "trained", "ended")]
        (whole,), _ = self.draw(experiment, fake_time, *told)
        assert whole.startswith("✓ digits")
        assert "5/10 epochs" in whole
        assert "1/2 runs" in whole

    def test_success_of_which_nothing_trained_is_no_tick(self, experiment, fake_time, events):
        told = [events[name] for name in ("begun", "idle", "ended")]
        (whole,), _ = self.draw(experiment, fake_time, *told)
        assert whole.startswith("○ digits")
        assert "none trained" in whole

    def test_resumed_run_gets_its_bar_back(self, experiment, fake_time, events):
        told = [events[name] for name in ("begun", "epochs", "requeued", "resumed")]
        (_, run), above = self.draw(experiment, fake_time, *told)
        assert "1/5 epochs" in run
        assert "! learning rate 0.1 · run 2: goes back to the queue" in above

    def test_name_is_no_markup(self, answers, fake_time):
        named = Experiment.model_validate(answers.experiment(name="[128, 64] [red]x[/nope]"))
        (whole,), _ = self.draw(named, fake_time)
        assert "[128, 64] [red]x[/nope]" in whole

    def test_encoding_without_the_characters(self, experiment, fake_time, events):
        told = [events[name] for name in ("running", "begun", "epochs", "ended")]
        (whole, *_), _ = self.draw(experiment, fake_time, *told, encoding="ascii")
        assert whole.startswith("? digits")


class TestNotebookBars:
    def draw(self, experiment, fake_time, *events, seconds_between=1.0):
        drawn = []
        bars = NotebookBars(experiment, fake_time.clock, drawn.append)
        for event in events:
            fake_time.seconds += seconds_between
            bars.show(Event.model_validate(event))
        return drawn

    def test_one_for_the_experiment_and_one_for_each_run(self, experiment, fake_time, events):
        told = [events[name] for name in ("running", "begun", "epochs")]
        *_, last = self.draw(experiment, fake_time, *told)
        assert last.count("<progress") == 2
        assert "value='2' max='10'" in last
        assert "learning rate 0.1 · run 2" in last
        assert "val_accuracy 0.9712" in last

    def test_bursts_are_drawn_once_and_the_end_always(self, experiment, fake_time, events):
        told = [events["begun"], *[events["epochs"]] * 50, events["idle"], events["ended"]]
        first, last = self.draw(experiment, fake_time, *told, seconds_between=0)
        assert "0/2 runs" in first
        assert "○ digits" in last
        assert "! learning rate 0.1 · run 2: did not train (flat)" in last

    def test_name_is_no_markup(self, answers, fake_time):
        named = Experiment.model_validate(answers.experiment(name="<script>"))
        [drawn] = self.draw(named, fake_time)
        assert "&lt;script&gt;" in drawn
        assert "<script>" not in drawn


class TestWaitShowsProgress:
    @pytest.fixture
    def ready(self, service, answers, events):
        told = [events[name] for name in ("running", "begun", "trained", "ended")]
        service.then(
            answers.ok(answers.experiment()),
            answers.stream(*told),
            answers.ok(answers.experiment(status="succeeded")),
        )

    @pytest.mark.usefixtures("ready")
    def test_in_lines_where_there_is_no_terminal(self, client, capsys):
        client.experiments.wait("exp_1")
        assert "digits: succeeded after 0.0 s, 1/2 runs" in capsys.readouterr().out

    @pytest.mark.usefixtures("ready")
    def test_not_at_all_if_not_wanted(self, client, capsys):
        client.experiments.wait("exp_1", progress=False)
        assert capsys.readouterr().out == ""
