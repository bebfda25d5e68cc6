// Who began decides who answered: "Did they answer?", or "Did you answer?" when they began.
// Without us the words are "Was it answered?", which fit both.

const WORDS = {
  advocate: ["Did they answer?", "Did one answer and another not?"],
  contact: ["Did you answer?", "Did you answer one and not another?"],
};

export function whoAnswered(root) {
  for (const began of root.querySelectorAll("fieldset[data-choice=began]:not([data-ready])")) {
    const form = began.closest("form");
    if (!form) continue;
    began.dataset.ready = "";
    const draw = () => {
      const words = WORDS[began.querySelector("input:checked")?.value];
      if (!words) return;
      const [together, apart] = words;
      for (const legend of form.querySelectorAll("[data-choice=answered] > legend, [data-answers-each] > legend")) legend.textContent = together;
      for (const summary of form.querySelectorAll(".answers-differ > summary")) summary.textContent = apart;
    };
    began.addEventListener("change", draw);
    draw();
  }
}
