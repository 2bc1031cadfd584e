// An experiment's status. One whose runs all ended without training has not succeeded at anything.
import { h } from "../dom.js";

export function idle({ status, kept_model: kept }) {
  return status === "succeeded" && !kept;
}

export function statusText(experiment, attributes = {}) {
  const { status } = experiment;
  return h("span", { class: `status ${idle(experiment) ? "idle" : status}`, ...attributes }, status);
}
