// <button data-copy="id of the input" hidden>: shown, and copies what the input holds.

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  const word = button.querySelector("[data-copy-word]") ?? button;
  const before = button.dataset.copyBefore ??= word.textContent; // touched twice, it says “Copied” by then
  try {
    await navigator.clipboard.writeText(source.value);
  } catch {
    source.select(); // no clipboard here (plain http): at least it is one key away
    if (!document.execCommand("copy")) return;
  }
  word.textContent = "Copied";
  setTimeout(() => { word.textContent = before; }, 2000);
}

export function copies(root) {
  for (const button of root.querySelectorAll("[data-copy]:not([data-ready])")) {
    button.dataset.ready = "";
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}
