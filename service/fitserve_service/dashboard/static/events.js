// One stream of events for all open pages of a browser: it has six connections to a host, and
// each stream would hold one. The page that holds the lock listens; it tells the others.
const channel = new BroadcastChannel("fitserve.events");
const listeners = new Set();
let following = false;

/** Call `listener` with every event from now on; `{type: "again"}` where some may be missing. */
export function onEvent(listener) {
  listeners.add(listener);
  start();
  return () => listeners.delete(listener);
}

channel.onmessage = ({ data }) => tell(data);

function tell(event) {
  for (const listener of listeners) listener(event);
}

function start() {
  if (following) return;
  following = true;
  // Locks are there on https and on this machine; elsewhere every page listens for itself.
  if (navigator.locks) navigator.locks.request("fitserve.events", follow);
  else follow();
}

async function follow() {
  let last = null;
  for (;;) {
    try {
      for await (const event of stream(last)) {
        if (event.id) last = event.id;
        connection(true);
        channel.postMessage(event);
        tell(event);
      }
    } catch {
      connection(false);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

// fetch instead of EventSource, which hears of events by the names of their types alone.
async function* stream(last) {
  const resume = last === null ? {} : { "Last-Event-ID": String(last) };
  const response = await fetch("/events", { headers: { Accept: "text/event-stream", ...resume } });
  if (!response.ok) throw new Error(`events: ${response.status}`);
  if (last === null) yield { type: "again" };
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + value).split("\n\n");
    rest = frames.pop();
    for (const frame of frames) {
      const data = frame.split("\n").find((line) => line.startsWith("data:"));
      if (data) yield JSON.parse(data.slice(5));
    }
  }
}

function connection(works) {
  const place = document.getElementById("connection");
  if (place) place.textContent = works ? "" : "connection lost; trying again …";
}
