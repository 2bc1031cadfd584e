// An entry of the catalogue: what the exercise sheet printed, beside ours.
import { get } from "../api.js";
import { h, replace } from "../dom.js";
import { figureName, meanStd } from "../format.js";

export async function published(place, preset, summary) {
  const entry = await get(`/catalogue/${encodeURIComponent(preset)}`).catch(() => null);
  const names = Object.keys(entry?.published ?? {});
  const [cell] = summary.cells;
  if (names.length === 0 || !cell) return replace(place);
  replace(place,
    h("h2", {}, `Published as ${entry.id}`),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Published figures beside ours" }, h("table", {},
      h("thead", {}, h("tr", {}, ["Figure", "Exercise sheet", "Here"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, names.map((name) => h("tr", {}, h("th", { scope: "row" }, figureName(name)),
        h("td", {}, meanStd({ std: null, ...entry.published[name] })), h("td", {}, meanStd(cell.figures[name]))))))),
    entry.notes.map((note) => h("p", { class: "quiet small" }, note)));
}
