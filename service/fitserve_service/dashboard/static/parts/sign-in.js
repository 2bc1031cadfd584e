// The key that begins a session, and who is in one.
import { h, replace } from "../dom.js";

let asking = null;

/** Ask for a key until `signIn` takes one; false where the reader closes the dialog. */
export function askForKey(signIn) {
  asking ??= new Promise((resolve) => {
    const input = h("input", { type: "password", id: "key", autocomplete: "current-password", required: true });
    const refused = h("p", { class: "error", role: "alert" });
    const form = h("form", { onsubmit: submit },
      h("p", {}, h("label", { for: "key" }, "This service needs an API key.")),
      input, " ", h("button", { class: "main" }, "Sign in"), refused);
    const dialog = h("dialog", { "aria-label": "API key" }, form);
    let signedIn = false;

    async function submit(event) {
      event.preventDefault();
      try {
        await signIn(input.value);
        signedIn = true;
        dialog.close();
      } catch (error) {
        refused.textContent = error.message;
      }
    }

    dialog.addEventListener("close", () => {
      dialog.remove();
      asking = null;
      resolve(signedIn);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
  return asking;
}

/** Show who is signed in, and a way out; nothing where the service has no keys. */
export async function showCaller(place, { name }, signOut) {
  const leave = async () => { await signOut(); location.reload(); };
  replace(place, name && `${name} `, name && h("button", { onclick: leave }, "Sign out"));
}
