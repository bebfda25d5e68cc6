// <details class="mine">: closes on Escape and when something else is touched.

export function menus(root) {
  for (const menu of root.querySelectorAll("details.mine:not([data-ready])")) {
    menu.dataset.ready = "";
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }
}
