// Draw a digit, or drop a picture: probabilities as bars, with their spread over the cell's runs.
import { post } from "../api.js";
import { errorNotice, h, replace } from "../dom.js";
import { DigitPad } from "./digit-pad.js";

export function digits(place, model) {
  const answer = h("div", { role: "status", "aria-label": "Prediction" });
  let turn = 0;
  const pad = new DigitPad(async (pixels) => {
    const mine = (turn += 1);
    if (pixels === null) return replace(answer, h("p", { class: "quiet" }, "Draw a digit, or drop a picture of one."));
    try {
      const found = await post("/predict", { model: model.name, instances: [pixels], spread: true });
      if (mine === turn) replace(answer, answered(found, model.target));
    } catch (error) {
      if (mine === turn) replace(answer, errorNotice(error));
    }
  });
  const file = h("input", { type: "file", accept: "image/*", "aria-label": "A picture of a digit", onchange: (event) => pad.open(event.target.files[0]) });
  replace(place, h("div", { class: "columns" },
    h("div", {}, pad.pad, h("div", { class: "row" }, h("button", { onclick: () => pad.clear() }, "Clear"), file),
      h("div", { class: "row" }, pad.seen, h("span", { class: "quiet small" }, "What the model sees: the digit fitted and centred as MNIST's are."))),
    answer));
}

function answered({ predictions: [prediction], spread: [spread] }, target) {
  const around = spread.runs > 1 ? `mean ± std over the ${spread.runs} runs of its cell beside it` : "its cell has one run";
  if (target) {
    return [h("h2", {}, `${prediction.positive ? "Yes" : "No"}: ${target.is.join(", ")}`),
      bars([["yes", prediction.probability, spread.mean[0], spread.std?.[0]]]), h("p", { class: "quiet small" }, `Probability of the kept model; ${around}.`)];
  }
  return [h("h2", {}, `This is a ${prediction.label}`),
    bars(prediction.probabilities.map((value, digit) => [digit, value, spread.mean[digit], spread.std?.[digit]])),
    h("p", { class: "quiet small" }, `Probabilities of the kept model; ${around}.`)];
}

function bars(rows) {
  return h("div", { class: "bars" }, rows.flatMap(([name, value, mean, std]) => [
    h("b", {}, String(name)),
    h("meter", { min: 0, max: 1, value, "aria-label": `Probability of ${name}` }, percent(value)),
    h("span", { class: "small" }, percent(value), std !== null && std !== undefined && h("span", { class: "quiet" }, ` (${percent(mean)} ± ${percent(std)})`)),
  ]));
}

function percent(value) {
  return `${(100 * value).toFixed(1)} %`;
}
