// A form with data-passkey asks the browser for a passkey before it is sent.
// "create" makes one, "get" proves one; data-asked is what the server asks, as JSON.
const ALLOWED = window.PublicKeyCredential && "parseCreationOptionsFromJSON" in PublicKeyCredential;

async function answer(form) {
  const asked = JSON.parse(form.dataset.asked);
  const made = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
  return JSON.stringify(made.toJSON());
}

function say(form, words) {
  const trouble = form.querySelector("[data-passkey-trouble]");
  trouble.textContent = words;
  trouble.hidden = !words;
}

export function passkeys(root) {
  for (const form of root.querySelectorAll("form[data-passkey]")) {
    if (!ALLOWED) {
      say(form, "This browser knows no passkeys. Use another way.");
      continue;
    }
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      const field = form.elements.answer;
      if (field.value) return; // asked already: now it is sent
      event.preventDefault();
      say(form, "");
      try {
        field.value = await answer(form);
        form.requestSubmit();
      } catch {
        say(form, "No passkey was given. Try again, or use another way.");
      }
    });
  }
}
