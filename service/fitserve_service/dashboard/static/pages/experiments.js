// All experiments, newest first, live.
import { get } from "../api.js";
import { h, labelled, replace, select, throttled, update } from "../dom.js";
import { onEvent } from "../events.js";
import { figureName, number, when } from "../format.js";
import { idle, statusText } from "../parts/status.js";

const PAGE = 30;
const STATUSES = ["queued", "running", "succeeded", "failed", "cancelled"];

export async function show(place, _, query) {
  document.title = "Experiments · fitserve";
  const filters = { dataset: query.get("dataset") ?? "", status: query.get("status") ?? "" };
  const chosen = new Set();
  let size = PAGE;
  let asked = 0;
  const rows = h("tbody");
  const more = h("button", { hidden: true, onclick: () => { size += PAGE; load(); } }, "Show more");
  const empty = h("div");
  const compare = h("a", { class: "button", hidden: true }, "Compare");

  async function load() {
    const mine = (asked += 1);
    const { experiments, hasMore } = await listed(filters, size);
    // Answers may overtake each other: only the last question's is drawn.
    if (mine !== asked) return;
    update(rows, experiments.map((each) => row(each, chosen, mark)));
    more.hidden = !hasMore;
    replace(empty, experiments.length === 0 && nothing(filters));
  }

  function mark() {
    compare.hidden = chosen.size < 2;
    compare.textContent = `Compare ${chosen.size}`;
    compare.href = `#/compare?ids=${[...chosen].join(",")}`;
  }

  function filter(name) {
    return (value) => {
      filters[name] = value;
      size = PAGE;
      load();
    };
  }

  const datasets = (await get("/datasets")).data.map((each) => [each.name, each.name]);
  replace(place,
    h("div", { class: "row spread" }, h("h1", {}, "Experiments"), h("a", { class: "button", href: "#/new" }, "New experiment")),
    h("div", { class: "row" },
      labelled("Data set", select([["", "all"], ...datasets], filters.dataset, filter("dataset"))),
      labelled("Status", select([["", "all"], ...STATUSES.map((each) => [each, each])], filters.status, filter("status"))),
      compare),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Experiments" }, h("table", {}, head(), rows)),
    empty, more);
  await load();
  return onEvent(throttled(load, 1_000));
}

async function listed(filters, size) {
  const experiments = [];
  let after = null;
  let hasMore = true;
  while (hasMore && experiments.length < size) {
    const asked = { ...filters, limit: Math.min(100, size - experiments.length), after };
    const given = Object.entries(asked).filter(([, value]) => value);
    const page = await get(`/experiments?${new URLSearchParams(given)}`);
    experiments.push(...page.data);
    hasMore = page.has_more;
    after = experiments.at(-1)?.id;
  }
  return { experiments, hasMore };
}

function head() {
  const headings = ["Experiment", "Data set", "Status", "Progress", "Best figure"];
  return h("thead", {}, h("tr", {},
    h("th", { scope: "col" }, h("span", { class: "quiet" }, "Compare")),
    headings.map((text) => h("th", { scope: "col" }, text)),
    h("th", { scope: "col", class: "wide" }, "Posted")));
}

function row(experiment, chosen, mark) {
  const { id, name, spec, progress, kept_model: kept } = experiment;
  const box = h("input", {
    type: "checkbox", "data-key": id, checked: chosen.has(id), "aria-label": `Compare ${name || id}`,
    onchange: (event) => { if (event.target.checked) chosen.add(id); else chosen.delete(id); mark(); },
  });
  const place = experiment.queue_place ? `, number ${experiment.queue_place} in the queue` : "";
  return h("tr", { "data-id": id },
    h("td", {}, box),
    h("td", {}, h("a", { href: `#/experiments/${id}` }, name || id),
      spec.tags.length > 0 && h("div", { class: "quiet small" }, spec.tags.join(", "))),
    h("td", {}, spec.dataset),
    h("td", {}, statusText(experiment), h("span", { class: "quiet small" }, place)),
    h("td", { class: "one" }, h("progress", { value: progress.fraction, max: 1, "aria-label": `Progress of ${name || id}` }),
      ` ${Math.round(100 * progress.fraction)} %`),
    h("td", { class: "kept" }, kept ? `${figureName(kept.figure)} ${number(kept.value)}` : idle(experiment) ? h("span", { class: "idle" }, "none trained") : "–"),
    h("td", { class: "wide one" }, when(experiment.created_at)));
}

function nothing(filters) {
  if (filters.dataset || filters.status) return h("p", { class: "quiet" }, "No experiment is like that.");
  return h("p", { class: "notice" }, "Nothing has been posted yet. ", h("a", { href: "#/new" }, "Train the first one"), ".");
}
