// A new experiment: a form drawn from the spec's schema, an estimate, the same request as code.
import { ApiError, get, post, send } from "../api.js";
import { errorNotice, h, labelled, replace, select, throttled } from "../dom.js";
import { seconds } from "../format.js";
import { copyable, curl, python } from "../parts/code.js";
import { SchemaForm } from "../parts/schema-form.js";

const FOR_PEOPLE = ["tags", "notes"];

export async function show(place, _, query) {
  document.title = "New experiment · fitserve";
  const [document_, catalogue, limits, start] = await Promise.all([get("/openapi.json"), get("/catalogue"), get("/limits"), starting(query)]);
  const estimate = h("div", { role: "status" });
  const [inCurl, inPython] = [copyable("With curl"), copyable("In Python")];
  const button = h("button", { class: "main", type: "submit" }, "Train");
  const form = new SchemaForm(document_, document_.components.schemas.ExperimentSpec, () => changed(), bounds(limits));
  let key = crypto.randomUUID?.() ?? String(Math.random());
  let turn = 0;

  const look = throttled(async () => {
    const mine = (turn += 1);
    try {
      const forecast = await post("/experiments?dry_run=true", form.value);
      if (mine === turn) { form.clear(); replace(estimate, estimated(forecast)); }
    } catch (error) {
      if (mine === turn) refused(error);
    }
  }, 400);

  function changed() {
    key = crypto.randomUUID?.() ?? String(Math.random());
    inCurl.show(curl(form.value));
    inPython.show(python(form.value));
    look();
  }

  function refused(error) {
    const beside = error instanceof ApiError && form.refuse(error.param, error.message);
    replace(estimate, beside ? h("p", { class: "error" }, `Not yet: ${error.message}`) : errorNotice(error));
  }

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      const response = await send("POST", "/experiments", form.value, { "Idempotency-Key": key });
      location.hash = `#/experiments/${(await response.json()).id}`;
    } catch (error) {
      refused(error);
      button.disabled = false;
    }
  }

  function from(spec) {
    form.show(spec);
    changed();
  }

  const entries = catalogue.data.map((each) => [each.id, `${each.id}: ${each.title}`]);
  const specs = new Map(catalogue.data.map((each) => [each.id, { ...each.spec, preset: each.id }]));
  const starts = select([["", "an empty form"], ...entries], start.preset ?? "", (id) => from(specs.get(id) ?? { dataset: "mnist" }));
  replace(place,
    h("h1", {}, "New experiment"),
    labelled("Start from", starts, "The catalogue: the exercise sheet's configurations, and recommended ones."),
    h("div", { class: "columns" },
      h("form", { onsubmit: submit, novalidate: true, "aria-label": "Spec" }, form.element, estimate, h("p", {}, button)),
      h("section", { "aria-label": "The same request as code" }, inPython.element, inCurl.element)));
  from(start);
}

async function starting(query) {
  if (query.get("from")) {
    const { spec } = await get(`/experiments/${encodeURIComponent(query.get("from"))}`);
    return meant(spec);
  }
  if (query.get("preset")) {
    const entry = await get(`/catalogue/${encodeURIComponent(query.get("preset"))}`);
    return { ...entry.spec, preset: entry.id };
  }
  return { dataset: "mnist" };
}

/** What this service takes at most, by the field that it is said beside. */
function bounds(limits) {
  const most = Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, value.toLocaleString("en")]));
  return {
    "repetitions": `This service takes at most ${most.max_runs} runs, and ${most.max_core_hours} hours of one core.`,
    "network.hidden_layers": `This service takes at most ${most.max_layers} layers of ${most.max_units} units, and ${most.max_parameters} weights.`,
    "training.epochs": `This service takes at most ${most.max_epochs}.`,
  };
}

/** An experiment's spec without what says nothing. */
function meant(spec) {
  const empty = (value) => value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(spec).filter(([name, value]) => !empty(value) && !FOR_PEOPLE.includes(name)));
}

function estimated({ cells, runs, epochs, parameters, seconds: time, basis, queue_place: queue, notice }) {
  const [least, most] = [parameters[0], parameters.at(-1)].map((count) => count.toLocaleString("en"));
  const weights = least === most ? `${most} parameters` : `${least} to ${most} parameters`;
  return h("p", { class: "notice" },
    h("b", {}, `${cells} ${cells === 1 ? "cell" : "cells"}, ${runs} ${runs === 1 ? "run" : "runs"}, ${epochs.toLocaleString("en")} epochs`),
    `, ${weights}: about ${seconds(time)} (${basis})`, queue > 1 ? `, once ${queue - 1} other experiments have had their turn.` : ".",
    notice && h("div", {}, `${notice}.`));
}
