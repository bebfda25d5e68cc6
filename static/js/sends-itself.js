// <form data-sends-itself>: a switch in it is sent when it is turned; its button, in [data-send], is for who has no script.

export function sendsItself(root) {
  for (const form of root.querySelectorAll("form[data-sends-itself]:not([data-ready])")) {
    form.dataset.ready = "";
    form.querySelector("[data-send]").hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }
}
