// Several experiments side by side: which knobs differ, what came of them, curves laid over.
import { get } from "../api.js";
import { h, replace } from "../dom.js";
import { configText, figureName, meanStd, valueText } from "../format.js";
import { Curves } from "../parts/curves.js";
import { published } from "../parts/published.js";

const MOST = 10;
const FOR_PEOPLE = new Set(["name", "tags", "notes", "preset"]);

export async function show(place, _, query) {
  document.title = "Compare · fitserve";
  const asked = (query.get("ids") ?? "").split(",").filter(Boolean);
  const ids = asked.slice(0, MOST);
  if (ids.length < 2) {
    replace(place, h("h1", {}, "Compare"), h("p", { class: "notice" }, "Tick two experiments or more in the ", h("a", { href: "#/" }, "list"), ", then compare them here."));
    return;
  }
  const [experiments, summaries] = await Promise.all([
    Promise.all(ids.map((id) => get(`/experiments/${id}`))),
    Promise.all(ids.map((id) => get(`/experiments/${id}/summary`))),
  ]);
  const regression = experiments[0].spec.dataset === "eckerle4";
  const sheets = ids.map(() => h("div"));
  const curves = new Curves(ids, regression ? "regression" : "classification");
  replace(place,
    h("h1", {}, `${ids.length} experiments compared`),
    asked.length > MOST && h("p", { class: "notice warn" }, `Of the ${asked.length} that were ticked, the first ${MOST}.`),
    h("h2", {}, "What differs"), differences(experiments),
    h("h2", {}, "Best cell of each"), results(experiments, summaries),
    sheets,
    h("h2", {}, "Learning curves"), curves.element);
  await Promise.all([curves.refresh(), ...sheets.map((sheet, place) => experiments[place].spec.preset && published(sheet, experiments[place].spec.preset, summaries[place]))]);
}

function headed(experiments, first) {
  return h("thead", {}, h("tr", {}, h("th", { scope: "col" }, first),
    experiments.map((each) => h("th", { scope: "col" }, h("a", { href: `#/experiments/${each.id}` }, each.name || each.id)))));
}

function differences(experiments) {
  const specs = experiments.map(({ spec }) => flat(spec));
  const knobs = [...new Set(specs.flatMap((spec) => [...spec.keys()]))].filter((knob) => new Set(specs.map((spec) => spec.get(knob))).size > 1);
  if (knobs.length === 0) return h("p", { class: "quiet" }, "Nothing: their specs are the same.");
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "What differs" }, h("table", {}, headed(experiments, "Knob"),
    h("tbody", {}, knobs.map((knob) => h("tr", {}, h("th", { scope: "row" }, knob), specs.map((spec) => h("td", {}, spec.get(knob) ?? "–")))))));
}

/** A spec as texts by path, without what is for people alone. */
function flat(spec, path = "", found = new Map()) {
  for (const [name, value] of Object.entries(spec)) {
    if (path === "" && FOR_PEOPLE.has(name)) continue;
    const inner = path ? `${path}.${name}` : name;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) flat(value, inner, found);
    else found.set(inner, valueText(value));
  }
  return found;
}

function results(experiments, summaries) {
  const best = summaries.map((summary) => summary.cells.find((cell) => cell.cell === summary.best_cell));
  const names = [...new Set(best.flatMap((cell) => Object.keys(cell?.figures ?? {})))].filter((name) => /(^|_)(loss|accuracy|mse)$/.test(name) && !name.includes("data"));
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Best cell of each" }, h("table", {}, headed(experiments, "Figure"),
    h("tbody", {},
      h("tr", {}, h("th", { scope: "row" }, "cell"), best.map((cell) => h("td", {}, cell ? configText(cell.config) : "none trained"))),
      names.map((name) => h("tr", {}, h("th", { scope: "row" }, figureName(name)), best.map((cell) => h("td", {}, meanStd(cell?.figures[name]))))))));
}
