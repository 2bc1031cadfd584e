// The same request in other words: curl and Python.
import { h } from "../dom.js";

export function curl(spec) {
  const body = JSON.stringify(spec).replaceAll("'", "'\\''");
  return `curl -s ${location.origin}/experiments -H 'Content-Type: application/json' \\\n     -d '${body}'`;
}

export function python(spec) {
  return `from fitserve import Client\n\nclient = Client("${location.origin}")\nexperiment = client.experiments.create(${literal(spec, "")})\nclient.experiments.wait(experiment.id)`;
}

function literal(value, indent) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, indent)).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const inner = `${indent}    `;
  return `{\n${entries.map(([key, each]) => `${inner}${JSON.stringify(key)}: ${literal(each, inner)},\n`).join("")}${indent}}`;
}

export function copyable(title) {
  const code = h("code");
  const button = h("button", { onclick: async () => { await copy(code.textContent); button.textContent = "Copied"; } }, "Copy");
  const element = h("div", {}, h("div", { class: "row spread" }, h("b", {}, title), button), h("pre", { tabindex: 0 }, code));
  return { element, show: (text) => { code.textContent = text; button.textContent = "Copy"; } };
}

async function copy(text) {
  // Off https and off this machine a page has no clipboard of its own: select and copy instead.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h("textarea", {}, text);
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
