// Try a kept model: draw a digit, or move along the curve.
import { get } from "../api.js";
import { errorNotice, h, labelled, replace, select } from "../dom.js";
import { figureName, number } from "../format.js";
import { digits } from "../parts/try-digits.js";
import { wavelength } from "../parts/try-wavelength.js";

export async function show(place, _, query) {
  document.title = "Try it · fitserve";
  const asked = query.get("model");
  const models = (await get("/models")).data;
  const wanted = asked ? await get(`/models/${encodeURIComponent(asked)}`) : models[0];
  if (!wanted) {
    replace(place, h("h1", {}, "Try it"), h("p", { class: "notice" }, "No model is kept yet. ", h("a", { href: "#/new" }, "Train one"), " first."));
    return;
  }
  const all = models.some((each) => each.name === wanted.name) ? models : [wanted, ...models];
  const trial = h("div");
  const told = h("p", { class: "quiet" });
  const use = async (name) => {
    const model = all.find((each) => each.name === name);
    replace(told, "Run ", h("a", { href: `#/experiments/${model.experiment_id}` }, model.run_id), model.figure && `: ${figureName(model.figure)} ${number(model.value)}`);
    try {
      if (model.dataset === "mnist") digits(trial, model);
      else await wavelength(trial, model);
    } catch (error) {
      replace(trial, errorNotice(error));
    }
  };
  replace(place, h("h1", {}, "Try it"), labelled("Model", select(all.map((each) => [each.name, each.name]), wanted.name, use)), told, trial);
  await use(wanted.name);
}
