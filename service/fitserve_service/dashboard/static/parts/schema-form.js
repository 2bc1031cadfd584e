// A form drawn from a JSON schema. What is left empty is left out, so that the service's default
// holds, which stands in grey; what the form cannot draw is written as JSON.
import { h, labelled, replace, select } from "../dom.js";

const FIRST = new Set([
  ...["dataset", "name", "repetitions", "network", "training"],
  ...["hidden_layers", "activation", "optimizer", "learning_rates", "batch_size", "epochs"],
]);
// The entry that it came from is chosen above the form.
const UNSHOWN = new Set(["preset"]);

export class SchemaForm {
  /** `document` resolves `$ref`s, `schema` is of the whole value, `changed` is told of edits, `notes` are shown by path. */
  constructor(document, schema, changed, notes = {}) {
    this.notes = notes;
    this.document = document;
    this.schema = this.resolved(schema);
    this.changed = changed;
    this.value = {};
    this.element = h("div");
  }

  show(value) {
    this.value = structuredClone(value);
    replace(this.element, this.object(this.schema, []));
  }

  /** Put a refusal beside the field that it is about; false where there is none. */
  refuse(param, message) {
    this.clear();
    const fields = [...this.element.querySelectorAll("[data-path]")];
    const mine = fields
      .filter((field) => param && (param === field.dataset.path || /^[.[]/.test(param.slice(field.dataset.path.length)) && param.startsWith(field.dataset.path)))
      .sort((one, other) => other.dataset.path.length - one.dataset.path.length)[0];
    if (!mine) return false;
    for (let around = mine.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
    const id = `refused-${mine.dataset.path}`;
    mine.append(h("p", { class: "error", id }, message));
    const control = mine.querySelector("input, select, textarea");
    control?.setAttribute("aria-invalid", "true");
    control?.setAttribute("aria-errormessage", id);
    return true;
  }

  clear() {
    for (const error of this.element.querySelectorAll(".error")) error.remove();
    for (const control of this.element.querySelectorAll("[aria-invalid]")) {
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-errormessage");
    }
  }

  resolved(schema) {
    if (schema.$ref) {
      const { $ref, ...own } = schema;
      const found = $ref.slice(2).split("/").reduce((place, step) => place[step], this.document);
      return { ...this.resolved(found), ...own };
    }
    const choices = schema.anyOf?.filter((each) => each.type !== "null");
    if (choices?.length === 1) {
      const { anyOf, ...own } = schema;
      return { ...this.resolved(choices[0]), ...own, optional: true };
    }
    return schema;
  }

  at(path) {
    return path.reduce((place, step) => place?.[step], this.value);
  }

  set(path, value) {
    const [last, ...before] = [...path].reverse();
    let place = this.value;
    for (const step of before.reverse()) place = place[step] ??= {};
    if (value === undefined) delete place[last];
    else place[last] = value;
    this.changed();
  }

  object(schema, path) {
    const fields = Object.entries(schema.properties ?? {}).filter(([, each]) => each.const === undefined);
    const drawn = (first) => fields
      .filter(([name]) => (FIRST.has(name) || path.length > 1) === first && !UNSHOWN.has(name) && !(path.length > 1 && name === "name"))
      .map(([name, each]) => this.field(this.resolved(each), [...path, name]));
    const rest = drawn(false);
    return [...drawn(true), rest.length > 0 && h("details", {}, h("summary", {}, path.length ? `More of ${path.at(-1)}` : "More"), rest)];
  }

  field(schema, path) {
    const name = path.at(-1).replaceAll("_", " ");
    const place = h("div", { "data-path": path.join(".") });
    const draw = () => replace(place, this.control(schema, path, name, draw));
    draw();
    return place;
  }

  control(schema, path, name, draw) {
    if (schema.oneOf) return this.choice(schema, path, name, draw);
    if (schema.properties) return this.group(schema, path, name, draw);
    const value = this.at(path);
    const text = (shown) => (shown === undefined || shown === null ? "" : typeof shown === "object" ? JSON.stringify(shown) : String(shown));
    if (schema.enum || schema.type === "boolean") {
      const options = (schema.enum ?? [true, false]).map((each) => [String(each), String(each)]);
      const start = schema.default === undefined ? [] : [["", `${text(schema.default)} (default)`]];
      return labelled(name, select([...start, ...options], text(value), (chosen) => {
        this.set(path, chosen === "" ? undefined : schema.enum ? chosen : chosen === "true");
      }), schema.description);
    }
    const attributes = { value: text(value), placeholder: text(schema.default), oninput: (event) => this.set(path, read(event.target.value, schema)) };
    if (["integer", "number"].includes(schema.type)) Object.assign(attributes, { type: "number", step: schema.type === "integer" ? 1 : "any" });
    return labelled(name, h("input", attributes), [schema.description, hint(schema), this.notes[path.join(".")]].filter(Boolean).join(" "));
  }

  group(schema, path, name, draw) {
    const used = !schema.optional || this.at(path) !== undefined && this.at(path) !== null;
    const use = schema.optional && labelled(`use ${name}`, h("input", {
      type: "checkbox", checked: used, onchange: (event) => { this.set(path, event.target.checked ? {} : undefined); draw(); },
    }), schema.description);
    return h("fieldset", {}, h("legend", {}, name), use, used && this.object(schema, path));
  }

  choice(schema, path, name, draw) {
    const branches = new Map(Object.entries(schema.discriminator.mapping).map(([each, $ref]) => [each, this.resolved({ $ref })]));
    const value = this.at(path);
    const chosen = typeof value === "string" ? value : value?.name ?? "";
    const start = schema["x-default"]?.name ?? schema.default; // a default that is an object goes by the other name
    const options = [["", start ? `${start} (default)` : "none"], ...[...branches.keys()].map((each) => [each, each])];
    const box = select(options, chosen, (picked) => { this.set(path, picked ? { name: picked } : undefined); draw(); });
    const branch = branches.get(chosen);
    if (typeof value === "string") this.set(path, { name: value });
    return h("fieldset", {}, h("legend", {}, name), labelled("name", box, branch?.description?.split("\n")[0] ?? schema.description),
      branch && this.object(branch, path));
  }
}

function read(text, schema) {
  if (text.trim() === "") return undefined;
  if (schema.type === "string") return text;
  const listed = schema.type === "array" && !text.trim().startsWith("[") ? `[${text}]` : text;
  try {
    return JSON.parse(listed);
  } catch {
    // Not JSON: words, or one word of a list. The service says what would be right.
    return schema.type === "array" ? text.split(",").map((word) => word.trim()) : text;
  }
}

function hint(schema) {
  if (schema.type === "array") return "Separated by commas.";
  if (schema.type === "object") return "As JSON.";
  return null;
}
