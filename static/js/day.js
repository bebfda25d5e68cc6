// <span data-day-chip> around a date field: says "Today" until the field itself is reached.
// <p data-late-before="2026-11-10"> in the same form: shown only when the day lies before that one.

const iso = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;

function word(value, today) {
  if (value === today) return "Today";
  const [year, month, date] = value.split("-").map(Number);
  const day = new Date(year, month - 1, date);
  day.setDate(day.getDate() + 1);
  if (iso(day) === today) return "Yesterday";
  const name = new Date(year, month - 1, date).toLocaleDateString(document.documentElement.lang, { month: "short" });
  return `${date} ${name}${year === Number(today.slice(0, 4)) ? "" : ` ${year}`}`; // as the pages write it
}

export function days(root) {
  for (const chip of root.querySelectorAll("[data-day-chip]:not([data-ready])")) {
    chip.dataset.ready = "";
    const input = chip.querySelector("input");
    const words = chip.querySelector("[data-day-word]");
    const late = input.form?.querySelector("[data-late-before]");
    const today = input.dataset.today;
    const draw = () => {
      chip.classList.toggle("day-chip--worded", Boolean(input.value));
      words.textContent = input.value ? word(input.value, today) : "";
      if (late) late.hidden = !input.value || input.value >= late.dataset.lateBefore;
    };
    input.addEventListener("input", draw);
    input.addEventListener("click", () => { try { input.showPicker(); } catch { /* typed then */ } });
    draw();
  }
}
