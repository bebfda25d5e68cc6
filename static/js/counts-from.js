// <input type="date" data-counts-from="2026-11-10">: says at once when a day is too early for a point.
for (const input of document.querySelectorAll("input[data-counts-from]")) {
  const field = input.closest("[data-day-field]");
  const caution = field?.querySelector("[data-too-early]");
  if (!caution) continue;
  input.addEventListener("input", () => {
    const early = Boolean(input.value) && input.value < input.dataset.countsFrom;
    caution.hidden = !early;
    field.classList.toggle("field--caution", early);
  });
}
