// One run looked at closely: its verdict, what it recorded, its layers.
import { get } from "../api.js";
import { h, labelled, replace, select, update } from "../dom.js";
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
    [this.picker, this.told, this.figures, this.layers] = [h("div"), h("div"), h("div", { class: "figures" }), h("div")];
    this.element = h("div", {}, this.picker, this.told, this.figures, this.layers);
    this.chosen = null;
    this.drawn = null;
  }

  async show(runs, kept) {
    Object.assign(this, { runs, kept });
    const chosen = runs.find((run) => run.run_id === this.chosen)
      ?? runs.find((run) => run.run_id === kept) ?? runs.find((run) => run.status === "succeeded") ?? runs[0];
    const options = runs.map((run) => [run.run_id, `${configText(run.config)}, ${runText(run)} (${words(run.verdict?.name ?? run.status)}${run.run_id === kept ? ", kept" : ""})`]);
    const choose = (id) => { this.chosen = id; this.show(this.runs, this.kept); };
    update(this.picker, labelled("Run", select(options, chosen.run_id, choose, { id: "run" })));
    update(this.told, told(chosen));
    const ended = chosen.status === "succeeded";
    const state = `${chosen.run_id} ${ended}`;
    if (state !== this.drawn) this.begin(ended);
    // What has ended does not change: drawn once.
    if (state === this.drawn && ended) return;
    this.drawn = state;
    await Promise.all(this.shown.map(([name, figure]) => figure.refresh(`/experiments/${this.id}/figures/${name}?run=${chosen.run_id}`)));
    if (ended) await this.summarise(chosen.run_id, state);
  }

  begin(ended) {
    this.shown = this.kinds.filter(([name]) => ended || name === "gradient-norms")
      .map(([name, title]) => [name, new Figure(title, ACROSS.has(name))]);
    replace(this.figures, this.shown.map(([, figure]) => figure.element));
    replace(this.layers);
  }

  async summarise(runId, state) {
    const record = await get(`/experiments/${this.id}/runs/${runId}/record`).catch(() => null);
    if (!record || state !== this.drawn) return;
    replace(this.layers, h("h3", {}, "Layers"), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Layers" }, h("table", {},
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
