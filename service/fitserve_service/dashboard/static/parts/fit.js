// The fits of a cell's runs, of the kept model's cell unless another is chosen.
import { h, labelled, select, update } from "../dom.js";
import { Figure } from "../figure.js";
import { configText } from "../format.js";

export class Fit {
  constructor(experimentId) {
    this.id = experimentId;
    this.chosen = null;
    this.figure = new Figure("Fitted curves");
    this.picker = h("div");
    this.element = h("div", {}, this.picker, this.figure.element);
  }

  async show(summary) {
    this.summary = summary;
    const ended = summary.cells.filter(({ n }) => n.trained + n.did_not_train + n.diverged > 0);
    const shown = this.chosen ?? summary.kept_model?.cell ?? ended[0]?.cell ?? null;
    const options = ended.map((each) => [String(each.cell), configText(each.config)]);
    const choose = (cell) => { this.chosen = Number(cell); this.show(this.summary); };
    update(this.picker, options.length > 1 && labelled("Cell", select(options, String(shown), choose, { id: "cell" })));
    await this.refresh(shown);
  }

  refresh(cell) {
    const query = cell === null ? "" : `?cell=${cell}`;
    return this.figure.refresh(`/experiments/${this.id}/figures/fit${query}`);
  }
}
