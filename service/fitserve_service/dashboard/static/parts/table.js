// Mean ± std of every cell, sortable; the best cell and the kept model marked; verdicts counted.
import { h, update } from "../dom.js";
import { configText, figureName, meanStd, words } from "../format.js";

const SHOWN = ["loss", "accuracy", "mse", "val_loss", "val_accuracy", "val_mse", "test_loss", "test_accuracy", "test_mse"];
const REGRESSION = /mse$/;

export class SummaryTable {
  constructor() {
    this.element = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Mean and standard deviation of every cell" });
    this.order = { column: "cell", up: true };
  }

  show(summary, task) {
    this.summary = summary;
    this.task = task;
    const figures = SHOWN.filter((name) => REGRESSION.test(name) === (task === "regression") && summary.cells.some((cell) => cell.figures[name]));
    const columns = [["cell", "Cell", (cell) => cell.cell], ["runs", "Runs", (cell) => cell.n.trained],
      ...figures.map((name) => [name, figureName(name), (cell) => cell.figures[name]?.mean ?? -Infinity])];
    const [, , value] = columns.find(([name]) => name === this.order.column) ?? columns[0];
    const cells = [...summary.cells].sort((one, other) => (value(one) - value(other)) * (this.order.up ? 1 : -1));
    update(this.element, h("table", { class: "summary" },
      h("thead", {}, h("tr", {}, columns.map(([name, text]) => this.heading(name, text)))),
      h("tbody", {}, cells.map((cell) => this.row(cell, figures)))));
  }

  heading(name, text) {
    const mine = this.order.column === name;
    const sort = mine ? (this.order.up ? "ascending" : "descending") : "none";
    const turn = () => { this.order = { column: name, up: mine ? !this.order.up : true }; this.show(this.summary, this.task); };
    const deciding = name === this.summary.deciding_figure ? " (decides)" : "";
    return h("th", { scope: "col", "aria-sort": sort, class: ["cell", "runs"].includes(name) ? null : "number" },
      h("button", { type: "button", "data-key": name, onclick: turn }, `${text}${deciding}${mine ? (this.order.up ? " ↑" : " ↓") : ""}`));
  }

  row(cell, figures) {
    const best = cell.cell === this.summary.best_cell;
    const kept = this.summary.kept_model?.cell === cell.cell;
    return h("tr", { class: best ? "best" : null },
      h("th", { scope: "row" }, best && h("span", { title: "best cell" }, "★ "), configText(cell.config),
        kept && h("div", { class: "quiet small" }, "holds the kept model")),
      h("td", { class: "one" }, verdicts(cell)),
      figures.map((name) => h("td", { class: "number" }, meanStd(cell.figures[name]))));
  }
}

function verdicts({ n, unstable }) {
  const counted = Object.entries(n).filter(([name, count]) => name !== "requested" && count > 0);
  return [
    counted.map(([name, count], index) => [index ? ", " : "", h("span", { class: name }, `${count} ${words(name)}`)]).flat(),
    ` of ${n.requested}`, unstable && h("div", { class: "unstable small" }, "unstable: its runs disagree"),
  ].flat();
}
