// The API, as this page asks it. A key, if the service wants one, is kept for this tab alone.
import { h } from "./dom.js";

const KEY = "fitserve.api_key";

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.message ?? `the service answered ${status}`);
    this.status = status;
    this.code = body?.code;
    this.param = body?.param ?? null;
  }
}

export function headers(more = {}) {
  const key = sessionStorage.getItem(KEY);
  return key ? { ...more, Authorization: `Bearer ${key}` } : more;
}

export async function send(method, path, body, more = {}) {
  const content = body === undefined ? {} : { "Content-Type": "application/json" };
  const response = await reached(path, {
    method,
    headers: headers({ ...content, ...more }),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status === 401 && (await askForKey())) return send(method, path, body, more);
  if (!response.ok) throw new ApiError(response.status, (await response.json().catch(() => null))?.error);
  return response;
}

async function reached(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new ApiError(0, { message: "The service does not answer; it may be restarting. Try again in a moment." });
  }
}

export async function get(path) {
  return (await send("GET", path)).json();
}

export async function post(path, body, more = {}) {
  return (await send("POST", path, body, more)).json();
}

/** Save what a path answers as a file; a link could not carry the key. */
export async function download(path, name) {
  save(await (await send("GET", path)).blob(), name);
}

export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

let asking = null;

function askForKey() {
  asking ??= new Promise((resolve) => {
    const input = h("input", { type: "password", id: "key", autocomplete: "off", required: true });
    const form = h("form", { method: "dialog" },
      h("p", {}, h("label", { for: "key" }, "This service needs an API key.")),
      input, " ", h("button", { class: "main" }, "Use it"));
    const dialog = h("dialog", { "aria-label": "API key" }, form);
    dialog.addEventListener("close", () => {
      if (input.value) sessionStorage.setItem(KEY, input.value);
      dialog.remove();
      asking = null;
      resolve(Boolean(input.value));
    });
    document.body.append(dialog);
    dialog.showModal();
  });
  return asking;
}
