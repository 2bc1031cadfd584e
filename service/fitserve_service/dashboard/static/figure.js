// Figures come from the service ready to be drawn; this page gives them the colours of its theme.
import { get } from "./api.js";
import { h, replace } from "./dom.js";

let loading = null;

function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "/dashboard/plotly.min.js" });
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = null; reject(new Error("Plotly could not be loaded.")); };
    document.head.append(script);
  });
  return loading;
}

// Where nothing hovers, the bar of buttons would always lie over the title.
const CONFIG = { responsive: true, displaylogo: false, displayModeBar: matchMedia("(hover: none)").matches ? false : "hover", modeBarButtonsToRemove: ["lasso2d", "select2d"] };
const dark = matchMedia("(prefers-color-scheme: dark)");

/** A place for a figure, `refresh(path)` to draw it there, and to draw it again. */
export class Figure {
  constructor(name, across = false) {
    this.name = name;
    this.element = h("div", { class: across ? "figure across" : "figure" });
    this.shown = null;
    this.asked = 0;
    dark.addEventListener("change", () => this.shown && this.draw(this.shown));
  }

  async refresh(path) {
    const mine = (this.asked += 1);
    try {
      const figure = await get(path);
      // Answers may overtake each other: only the last question's is drawn.
      if (mine === this.asked) await this.draw(figure);
    } catch (error) {
      if (this.shown === null) replace(this.element, h("p", { class: "quiet" }, error.message));
    }
  }

  async draw(figure) {
    if (figure.data.length === 0) {
      if (this.shown !== null) window.Plotly.purge(this.element);
      this.shown = null;
      replace(this.element, h("p", { class: "quiet" }, "Nothing to draw yet."));
      return;
    }
    const Plotly = await plotly();
    if (this.shown === null) replace(this.element);
    this.shown = figure;
    const layout = themed(structuredClone(figure.layout));
    await Plotly.react(this.element, structuredClone(figure.data), layout, CONFIG);
    this.element.setAttribute("role", "figure");
    this.element.setAttribute("aria-label", `${this.name}: ${figure.layout.title?.text ?? ""}`);
  }
}

function themed(layout) {
  const style = getComputedStyle(document.documentElement);
  const [text, grid, ground] = ["--text", "--grid", "--ground"].map((name) => style.getPropertyValue(name).trim());
  const template = (layout.template.layout ??= {});
  template.font = { ...template.font, color: text };
  template.hoverlabel = { bgcolor: ground, font: { color: text } };
  for (const axis of ["xaxis", "yaxis"]) template[axis] = { ...template[axis], gridcolor: grid, linecolor: grid };
  return layout;
}
