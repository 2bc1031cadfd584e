// One run looked at closely: its verdict, what it recorded, its layers.
import { get } from "../api.js";
import { h, labelled, replace, select } from "../dom.js";
import { Figure } from "../figure.js";
import { configText, number, runText, words } from "../format.js";

const ALWAYS = [["gradient-norms", "Norms of gradients"]];
const ENDED = [["weight-histograms", "Weights and biases"], ["first-layer", "First layer"]];
const DIGITS = [["confusion", "Confusion"], ["most-wrong", "Most confident wrong answers"]];
const ACROSS = new Set(["first-layer", "confusion"]);

export class RunView {
  constructor(experimentId, images) {
    this.id = experimentId;
    this.kinds = [...ALWAYS, ...ENDED.filter(([name]) => images || name !== "first-layer"), ...(images ? DIGITS : [])];
    this.element = h("div");
    this.chosen = null;
    this.drawn = null;
  }

  async show(runs, kept) {
    this.runs = runs;
    const chosen = runs.find((run) => run.run_id === this.chosen)
      ?? runs.find((run) => run.run_id === kept) ?? runs.find((run) => run.status === "succeeded") ?? runs[0];
    // What has ended does not change: drawn once.
    const state = `${chosen.run_id} ${chosen.status} ${chosen.status === "succeeded" ? "" : chosen.epochs.length} ${runs.length}`;
    if (state === this.drawn) return;
    this.drawn = state;
    const options = runs.map((run) => [run.run_id, `${configText(run.config)}, ${runText(run)} (${words(run.verdict?.name ?? run.status)}${run.run_id === kept ? ", kept" : ""})`]);
    const picker = labelled("Run", select(options, chosen.run_id, (id) => { this.chosen = id; this.show(this.runs, kept); }));
    const figures = this.kinds.filter(([name]) => chosen.status === "succeeded" || name === "gradient-norms")
      .map(([name, title]) => [name, new Figure(title, ACROSS.has(name))]);
    const layers = h("div");
    replace(this.element, picker, told(chosen), h("div", { class: "figures" }, figures.map(([, figure]) => figure.element)), layers);
    await Promise.all(figures.map(([name, figure]) => figure.refresh(`/experiments/${this.id}/figures/${name}?run=${chosen.run_id}`)));
    if (chosen.status === "succeeded") await this.summarise(layers, chosen.run_id);
  }

  async summarise(place, runId) {
    const record = await get(`/experiments/${this.id}/runs/${runId}/record`).catch(() => null);
    if (!record) return;
    replace(place, h("h3", {}, "Layers"), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Layers" }, h("table", {},
      h("thead", {}, h("tr", {}, ["Layer", "Kind", "Output", "Parameters", "Trainable"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, record.layers.map((layer) => h("tr", {},
        h("th", { scope: "row" }, layer.name), h("td", {}, layer.kind), h("td", {}, `(rows, ${layer.units})`),
        h("td", { class: "number" }, layer.parameters.toLocaleString("en")), h("td", { class: "number" }, layer.trainable_parameters.toLocaleString("en"))))),
      h("tfoot", {}, h("tr", {}, h("th", { scope: "row", colspan: 3 }, "all"),
        h("td", { class: "number" }, record.parameters.toLocaleString("en")), h("td", { class: "number" }, record.trainable_parameters.toLocaleString("en")))))));
  }
}

function told(run) {
  if (run.error) return h("p", { class: "notice bad" }, run.error);
  if (!run.verdict) return h("p", { class: "quiet" }, `${words(run.status)}, ${run.epochs.length} epochs so far, seed ${run.seed}${on(run)}`);
  const evidence = Object.entries(run.verdict.evidence).map(([name, value]) => `${words(name)} ${typeof value === "number" && !Number.isInteger(value) ? number(value) : value}`);
  return h("div", { class: "notice" }, h("b", { class: run.verdict.name }, words(run.verdict.name)), `: ${run.verdict.reason}.`,
    h("div", { class: "quiet small" }, `${evidence.join(" · ")} · seed ${run.seed}${on(run)}`));
}

function on({ device }) {
  return device ? ` · trained on ${device.toUpperCase()}` : "";
}
