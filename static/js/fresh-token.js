// After a sign-in elsewhere the token in a page is not this sign-in's any more: ask for one.
// <form data-fresh-token>: asks before it is sent.

export async function freshToken(form) {
  const input = form.querySelector("input[name=csrf_token]");
  if (!input) return;
  try {
    const answer = await fetch("/log?sheet=1", { headers: { "X-Sheet": "1", Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("input[name=csrf_token]");
    if (fresh) input.value = fresh.value;
  } catch { /* sent as it is: the answer says what is missing */ }
}

export function freshTokens(root) {
  for (const form of root.querySelectorAll("form[data-fresh-token]:not([data-ready])")) {
    form.dataset.ready = "";
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await freshToken(form);
      HTMLFormElement.prototype.submit.call(form); // a field may be called submit
    });
  }
}
