// Elements from words: h("a", { href: "#/" }, "text", otherElement).

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat().filter(Boolean));
}

/** Like replace, for what is drawn again and again: what has not changed stays, and so does the focus. */
export function update(parent, ...children) {
  const wanted = children.flat().filter(Boolean);
  const held = parent.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  wanted.forEach((child, place) => {
    const node = typeof child === "string" ? document.createTextNode(child) : child;
    const before = parent.childNodes[place];
    if (before === undefined) parent.append(node);
    else if (!before.isEqualNode(node)) before.replaceWith(node);
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild.remove();
  if (held === null || parent.contains(document.activeElement)) return;
  [...parent.querySelectorAll("a, button, input, select, [tabindex]")].find((each) => keyOf(each) === held)?.focus({ preventScroll: true });
}

function keyOf(element) {
  return element.dataset.key ?? `${element.tagName} ${element.getAttribute("href") ?? element.getAttribute("aria-label") ?? element.textContent}`;
}

let counter = 0;

/** A label over its control, with what helps to fill it in. */
export function labelled(text, control, help = null) {
  control.id ||= `control-${(counter += 1)}`;
  const described = help && h("span", { class: "help", id: `${control.id}-help` }, help);
  if (described) control.setAttribute("aria-describedby", described.id);
  return h("div", { class: "field" }, h("label", { for: control.id }, text), described, control);
}

export function select(options, chosen, onchange, attributes = {}) {
  return h("select", { ...attributes, onchange: (event) => onchange(event.target.value) },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
}

export function errorNotice(error) {
  return h("p", { class: "notice bad", role: "alert" }, error.message);
}

/** Call at most once in so many milliseconds, and once more for what came in between. */
export function throttled(task, milliseconds) {
  let timer = null;
  let again = false;
  const run = async () => {
    again = false;
    await task();
    timer = setTimeout(() => { timer = null; if (again) call(); }, milliseconds);
  };
  const call = () => {
    if (timer !== null) { again = true; return; }
    timer = 0;
    run();
  };
  return call;
}
