// A slider of wavelength on the fitted curve.
import { get, post } from "../api.js";
import { errorNotice, h, labelled, replace } from "../dom.js";
import { Figure } from "../figure.js";
import { number } from "../format.js";

const [LEAST, MOST] = [400, 500];
const MEASURED = "NIST measured from 400 to 500 nm";

export async function wavelength(place, model) {
  const answer = h("p", { role: "status", style: "font-size:1.2rem" });
  const warning = h("p", { class: "notice", hidden: true }, `${MEASURED}: outside, the answer is a guess.`);
  const figure = new Figure("Fitted curve");
  const curve = await get(`/experiments/${model.experiment_id}/figures/fit`).catch(() => null);
  const slider = h("input", { type: "range", min: LEAST - 50, max: MOST + 50, step: 0.5, value: 450 });
  const exact = h("input", { type: "number", step: "any", value: 450 });
  let turn = 0;

  async function ask(nanometres) {
    const mine = (turn += 1);
    warning.hidden = nanometres >= LEAST && nanometres <= MOST;
    try {
      const { predictions: [{ value }], spread: [{ runs, mean, std }] } = await post("/predict", { model: model.name, instances: [nanometres], spread: true });
      if (mine !== turn) return;
      const around = runs > 1 ? `; ${number(mean[0])} ± ${number(std[0])} over ${runs} runs` : "";
      replace(answer, h("b", {}, `transmittance ${number(value)}`), h("span", { class: "quiet" }, ` at ${nanometres} nm${around}`));
      if (curve) await figure.draw(marked(curve, nanometres, value));
    } catch (error) {
      if (mine === turn) replace(answer, errorNotice(error));
    }
  }

  const move = (from, to) => () => { to.value = from.value; if (from.value !== "") ask(Number(from.value)); };
  slider.addEventListener("input", move(slider, exact));
  exact.addEventListener("input", move(exact, slider));
  replace(place, labelled("Wavelength in nm", slider), labelled("or exactly", exact), answer, warning, figure.element);
  await ask(450);
}

function marked(curve, x, y) {
  const point = { type: "scatter", mode: "markers", x: [x], y: [y], name: "asked", xaxis: "x", yaxis: "y", marker: { size: 13, color: "#d55e00", symbol: "x" } };
  return { ...curve, data: [...curve.data, point] };
}
