// One experiment, live.
import { get, post } from "../api.js";
import { errorNotice, h, replace, throttled, update } from "../dom.js";
import { onEvent } from "../events.js";
import { seconds, when } from "../format.js";
import { Curves } from "../parts/curves.js";
import { Fit } from "../parts/fit.js";
import { published } from "../parts/published.js";
import { RunView } from "../parts/run.js";
import { idle, statusText } from "../parts/status.js";
import { SummaryTable } from "../parts/table.js";

const ENDED = new Set(["succeeded", "failed", "cancelled"]);

export async function show(place, [id]) {
  const first = await get(`/experiments/${id}`);
  const { dataset, target } = first.spec;
  const digits = dataset === "mnist";
  const task = digits ? (target ? "binary_classification" : "classification") : "regression";
  const [head, sheet, failed] = [h("div"), h("div"), h("div")];
  const table = new SummaryTable();
  const curves = new Curves([id], task);
  const run = new RunView(id, digits);
  const fit = digits ? null : new Fit(id);

  const load = async () => {
    try {
      const [experiment, summary, metrics] = await Promise.all([get(`/experiments/${id}`), get(`/experiments/${id}/summary`), get(`/experiments/${id}/metrics`)]);
      replace(failed);
      header(head, experiment, load);
      table.show(summary, task);
      if (experiment.spec.preset && ENDED.has(experiment.status)) await published(sheet, experiment.spec.preset, summary);
      await Promise.all([curves.refresh(), fit?.show(summary), run.show(metrics.runs, experiment.kept_model?.run_id)]);
    } catch (error) {
      replace(failed, errorNotice(error));
    }
  };

  replace(place, failed, head,
    h("h2", {}, "Results"), table.element, sheet,
    fit && h("h2", {}, "Fit"), fit?.element,
    h("h2", {}, "Learning curves"), curves.element,
    h("h2", {}, "A run"), run.element,
    h("details", {}, h("summary", {}, "Spec"), h("pre", { tabindex: 0 }, JSON.stringify(first.spec, null, 2))));
  const again = throttled(load, 1_500);
  again();
  return onEvent((event) => (event.type === "again" || event.experiment_id === id) && again());
}

function header(place, experiment, load) {
  const { id, name, status, runs, progress, spec } = experiment;
  document.title = `${name || id} · fitserve`;
  const ended = ENDED.has(status);
  const counts = Object.entries(runs).filter(([, count]) => count > 0).map(([state, count]) => `${count} ${state}`).join(", ");
  const cancel = async () => {
    try {
      await post(`/experiments/${id}/cancel`);
      await load();
    } catch (error) {
      place.append(errorNotice(error));
    }
  };
  const files = [
    ["Metrics (CSV)", `/experiments/${id}/metrics?format=csv`, `${id}.csv`],
    ...(experiment.kept_model ? [["Model (ONNX)", `/models/${id}/file?format=onnx`, `${id}.onnx`], ["Network (.keras)", `/models/${id}/file?format=keras`, `${id}.keras`]] : []),
  ];
  update(place,
    h("h1", {}, name || id),
    h("p", {}, statusText(experiment, { id: "status" }), ` · ${spec.dataset} · ${counts} · posted ${when(experiment.created_at)}${took(experiment)}`,
      spec.notes && h("span", { class: "quiet" }, ` · ${spec.notes}`)),
    !ended && h("p", {}, h("progress", { value: progress.fraction, max: 1, "aria-label": "Progress" }), ` ${progress.epochs_done} of ${progress.epochs_total} epochs`,
      experiment.queue_place && `, number ${experiment.queue_place} in the queue`),
    experiment.notice && h("p", { class: "notice", role: "status" }, `${experiment.notice}.`),
    experiment.error && h("p", { class: "notice bad" }, experiment.error),
    idle(experiment) && h("p", { class: "notice warn" }, "None of its runs trained, so no model is kept. Their verdicts below say why."),
    h("div", { class: "row" },
      !ended && h("button", { onclick: cancel }, "Cancel"),
      h("a", { class: "button", href: `#/new?from=${id}` }, "Train a variation"),
      experiment.kept_model && h("a", { class: "button", href: `#/try?model=${id}` }, "Try it"),
      files.map(([text, path, file]) => h("a", { class: "button", href: path, download: file }, text)),
      h("a", { class: "button", href: `data:application/json,${encodeURIComponent(JSON.stringify(spec, null, 2))}`, download: `${id}.json` }, "Spec (JSON)")));
}

function took({ started_at: started, finished_at: finished }) {
  return started && finished ? ` · took ${seconds((new Date(finished) - new Date(started)) / 1000)}` : "";
}
