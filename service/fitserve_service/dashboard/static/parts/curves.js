// Learning curves with their knobs: what, on which axis, means or every run.
import { h, labelled, select } from "../dom.js";
import { Figure } from "../figure.js";

const QUANTITIES = [["loss", "loss"], ["data_loss", "loss without penalty"], ["accuracy", "accuracy"], ["mse", "MSE on [0, 1]"], ["learning_rate", "learning rate"]];

export class Curves {
  /** Of experiments `ids`; `task` decides which quantities there are. */
  constructor(ids, task) {
    this.ids = ids;
    this.query = { quantity: "loss", scale: "log", runs: "false" };
    this.figure = new Figure("Learning curves");
    const absent = task === "regression" ? "accuracy" : "mse";
    const quantities = QUANTITIES.filter(([name]) => name !== absent);
    const change = (name) => (value) => { this.query[name] = value; this.refresh(); };
    this.element = h("div", {},
      h("div", { class: "row" },
        labelled("Figure", select(quantities, "loss", change("quantity"))),
        labelled("Axis", select([["log", "logarithmic"], ["linear", "linear"]], "log", change("scale"))),
        labelled("Show", select([["false", "mean ± std"], ["true", "every run"]], "false", change("runs")))),
      this.figure.element);
  }

  refresh() {
    const [first, ...beside] = this.ids;
    const query = new URLSearchParams([...Object.entries(this.query), ...beside.map((id) => ["beside", id])]);
    return this.figure.refresh(`/experiments/${first}/figures/learning-curves?${query}`);
  }
}
