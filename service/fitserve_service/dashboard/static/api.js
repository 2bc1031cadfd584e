// The API, as this page asks it. Where the service has keys, the browser's cookie says who asks; no
// script can read it.
import { askForKey } from "./parts/sign-in.js";

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.message ?? `the service answered ${status}`);
    this.status = status;
    this.code = body?.code;
    this.param = body?.param ?? null;
  }
}

export async function send(method, path, body, more = {}) {
  try {
    return await sendOnce(method, path, body, more);
  } catch (error) {
    if (error.status === 401 && (await askForKey(signIn))) return send(method, path, body, more);
    throw error;
  }
}

async function sendOnce(method, path, body, more) {
  const content = body === undefined ? {} : { "Content-Type": "application/json" };
  const response = await reached(path, {
    method,
    headers: { ...content, ...more },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
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

function signIn(key) {
  return sendOnce("POST", "/session", { key }, {});
}

export function signOut() {
  return sendOnce("DELETE", "/session", undefined, {});
}
