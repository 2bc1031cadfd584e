// Which page is shown goes by the address behind the #.
import { get, signOut } from "./api.js";
import { errorNotice, h, replace } from "./dom.js";
import { showCaller } from "./parts/sign-in.js";

const PAGES = [
  [/^\/?$/, () => import("./pages/experiments.js")],
  [/^\/new$/, () => import("./pages/new.js")],
  [/^\/experiments\/([\w-]+)$/, () => import("./pages/experiment.js")],
  [/^\/compare$/, () => import("./pages/compare.js")],
  [/^\/try$/, () => import("./pages/try.js")],
];

let leave = () => {};
let shown = 0;

async function show() {
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  if (!path.startsWith("/")) return;
  const turn = (shown += 1);
  const main = document.getElementById("main");
  leave();
  leave = () => {};
  markCurrent(path);
  for (const [pattern, load] of PAGES) {
    const match = path.match(pattern);
    if (!match) continue;
    const place = h("div");
    try {
      const page = await load();
      if (turn !== shown) return;
      replace(main, place);
      leave = (await page.show(place, match.slice(1), new URLSearchParams(query))) ?? (() => {});
      if (turn !== shown) leave();
    } catch (error) {
      replace(main, h("h1", {}, "Not to be shown"), errorNotice(error), h("p", {}, h("a", { href: "#/" }, "To the experiments")));
    }
    return;
  }
  replace(main, h("h1", {}, "No such page"), h("p", {}, h("a", { href: "#/" }, "To the experiments")));
}

function markCurrent(path) {
  for (const link of document.querySelectorAll("nav a")) {
    const mine = link.getAttribute("href") === `#${path}`;
    if (mine) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

addEventListener("hashchange", async () => {
  await show();
  if (!document.activeElement || document.activeElement === document.body || document.activeElement.closest("nav")) document.getElementById("main").focus({ preventScroll: true });
});
document.querySelector(".skip").addEventListener("click", (event) => {
  // The address behind the # is the page's.
  event.preventDefault();
  document.getElementById("main").focus();
});
show();
get("/session").then((caller) => showCaller(document.getElementById("caller"), caller, signOut), () => {});
