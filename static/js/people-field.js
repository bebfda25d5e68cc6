// <fieldset data-people>: plain lines and tick boxes become one field with names inside.
// Sends one hidden input a person, in order: "id:12", an e-mail address or a name.
import { element, face, icon } from "./draw.js";

const WAIT = 120;
let count = 0;

// Words mean somebody when they are a name or an address of theirs, or the whole words that the
// name begins with.
function means(words, person) {
  const wanted = folded(words);
  return isCalled(wanted, person) || folded(person.name).startsWith(`${wanted} `);
}

// What is sent of a person
const valueOf = (person) => (person.id ? `id:${person.id}` : person.name);

const folded = (words) => words.toLowerCase().replace(/\s+/g, " ");

// Whoever is called exactly so is meant, not somebody new: so it is understood where it is sent.
function isCalled(words, person) {
  return [person.name, ...(person.also ?? [])].some((name) => folded(name) === folded(words));
}

class PeopleField {
  constructor(root) {
    this.root = root;
    this.name = root.dataset.name;
    this.url = root.dataset.url;
    this.single = root.hasAttribute("data-one");
    this.picked = [];
    this.recent = [];
    this.options = [];
    this.active = -1;
    this.build();
    this.readPlain();
    this.draw();
  }

  build() {
    const id = `people-${count += 1}`;
    const label = this.root.querySelector("legend");
    this.names = element("span", { class: "people-names" });
    this.input = element("input", {
      class: "people-input", type: "text", id, role: "combobox", autocomplete: "off", autocapitalize: "words", spellcheck: "false", dir: "auto",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-labelledby": label.id,
      "aria-describedby": this.root.getAttribute("aria-describedby"),
    });
    this.list = element("ul", { class: "people-list", role: "listbox", id: `${id}-list`, "aria-label": "People", hidden: true });
    this.said = element("span", { class: "unseen", role: "status" });
    this.which = element("p", { class: "field-hint", role: "status", hidden: true });
    this.box = element("div", { class: "people-box" }, this.names, this.input);
    this.lines = this.root.querySelector("[data-people-lines]");
    this.recentRow = this.root.querySelector("[data-people-recent]");
    this.box.addEventListener("click", (event) => { if (event.target === this.box) this.input.focus(); });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.left(), 150));
    this.root.closest("form")?.addEventListener("submit", (event) => this.sent(event), true);
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // keep the focus in the field
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.pick(this.options[[...this.list.children].indexOf(option)]);
    });
  }

  // What was ticked and typed without us, or kept by the server
  readPlain() {
    for (const tick of this.recentRow?.querySelectorAll("input") ?? []) {
      const words = tick.parentElement.querySelector(".person-tick-word > span:not(.face)")?.textContent.trim();
      const person = { id: Number(tick.dataset.id), name: tick.dataset.person, short: words };
      this.recent.push(person);
      if (tick.checked) this.picked.push(person);
    }
    for (const line of this.lines.querySelectorAll("input")) {
      if (line.value.trim()) this.picked.push({ name: line.value.trim() });
    }
    const around = element("div", { class: "people-around" }, this.box, this.list);
    this.lines.replaceWith(around);
    around.after(this.said, this.which);
    if (this.recentRow) {
      this.recentRow.replaceChildren();
      this.recentRow.setAttribute("role", "group");
      this.recentRow.setAttribute("aria-label", "Recent people");
    }
  }

  draw() {
    this.names.replaceChildren(...this.picked.map((person, at) => {
      const remove = element("button", { type: "button", "aria-label": `Remove ${person.name}` }, icon("x"));
      remove.addEventListener("click", () => { this.drop(at); this.input.focus(); });
      return element("span", { class: "people-name" }, face(person, "small"), element("span", { dir: "auto" }, person.short || person.name), person.id ? "" : element("small", { class: "people-new" }, "new"), element("input", { type: "hidden", name: this.name, value: valueOf(person) }), remove);
    }));
    this.input.placeholder = this.picked.length ? "and…" : "A name or an e-mail address";
    this.input.hidden = this.single && this.picked.length > 0;
    this.recentRow?.replaceChildren(...this.recent.filter((person) => !this.has(person)).map((person) => {
      const button = element("button", { type: "button", class: "person-tick" }, element("span", { class: "person-tick-word" }, face(person, "small"), element("span", { dir: "auto" }, person.short || person.name)));
      button.addEventListener("click", () => this.pick(person));
      return button;
    }));
  }

  has(person) {
    return this.picked.some((one) => (person.id ? one.id === person.id : one.name.toLowerCase() === person.name.toLowerCase()));
  }

  pick(person) {
    this.take(person);
    this.input.focus();
  }

  take(person) {
    this.close();
    if (!person || this.has(person)) { if (person) this.input.value = ""; return; }
    if (this.single) this.picked = [];
    this.picked.push({ ...person, strength: undefined });
    this.input.value = "";
    this.changed(`${person.name} added`);
  }

  drop(at) {
    const [gone] = this.picked.splice(at, 1);
    if (gone) this.changed(`${gone.name} removed`);
  }

  changed(words) {
    this.draw();
    this.said.textContent = words;
    this.root.dispatchEvent(new CustomEvent("people-changed", { bubbles: true, detail: { people: this.picked } }));
    this.root.dispatchEvent(new Event("input", { bubbles: true }));
    this.fetchFacts();
  }

  // What you know about those picked; the place for it has the id "facts"
  async fetchFacts() {
    const place = document.getElementById("facts");
    if (!this.root.dataset.factsUrl || !place) return;
    const url = new URL(this.root.dataset.factsUrl, location.href);
    for (const person of this.picked) if (person.id) url.searchParams.append(this.name, `id:${person.id}`);
    const used = new Set([...place.querySelectorAll("input:checked")].map((box) => box.value));
    try {
      const answer = await fetch(url, { headers: { "X-Sheet": "1" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...page.body.childNodes);
      for (const box of place.querySelectorAll("input[type=checkbox]")) if (used.has(box.value)) box.checked = true;
    } catch { /* no signal: without facts it can be logged just as well */ }
  }

  typed() {
    clearTimeout(this.timer);
    if (!this.input.value.trim()) { this.close(); return; }
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const words = this.input.value.trim();
    const found = await this.find(words);
    if (!found || this.input.value.trim() !== words) return;
    this.offer(found, words);
  }

  // Who is known by these words; nothing when asked anew meanwhile
  async find(words) {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const answer = await fetch(`${this.url}?q=${encodeURIComponent(words)}`, { signal: this.asking.signal, headers: { Accept: "application/json" } });
      return answer.ok ? await answer.json() : [];
    } catch (error) {
      if (error.name === "AbortError") return null;
      return this.recent.filter((person) => person.name.toLowerCase().includes(words.toLowerCase()));
    }
  }

  offer(found, words) {
    const fresh = found.some((person) => isCalled(words, person)) ? [] : [{ name: words, isNew: true }];
    this.options = [...found.filter((person) => !this.has(person)), ...fresh];
    if (!this.options.length) return this.close();
    this.active = 0;
    this.moved = false; // the first Down stays at the first: it is marked already
    this.drawList(words);
  }

  drawList(words) {
    this.list.replaceChildren(...this.options.map((person, at) => {
      const text = person.isNew ? element("span", { dir: "auto" }, `Somebody new: “${person.name}”`) : element("span", {}, this.marked(person.name, words), person.detail ? element("small", { dir: "auto" }, person.detail) : "");
      const picture = person.isNew ? face({ name: person.name }, "row") : face(person, "row");
      return element("li", { class: "people-option", role: "option", id: `${this.list.id}-${at}` }, picture, text, element("kbd", { "aria-hidden": "true" }, "Enter"));
    }));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const known = this.options.filter((person) => !person.isNew).length;
    this.said.textContent = known ? `${known} ${known === 1 ? "person" : "people"} found` : "Nobody you know yet";
    this.point(this.active);
  }

  marked(name, words) {
    const at = name.toLowerCase().indexOf(words.toLowerCase());
    if (at < 0) return element("span", { dir: "auto" }, name);
    const end = at + words.length;
    return element("span", { dir: "auto" }, name.slice(0, at), element("mark", {}, name.slice(at, end)), name.slice(end));
  }

  point(at) {
    this.active = (at + this.options.length) % this.options.length;
    [...this.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === this.active)));
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    this.list.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const listed = !this.list.hidden;
    const typed = this.input.value.trim();
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && listed) { event.preventDefault(); this.point(this.active + (this.moved ? 1 : 0)); this.moved = true; }
    else if (event.key === "ArrowUp" && listed) { event.preventDefault(); this.point(this.active - 1); this.moved = true; }
    else if (event.key === "Enter" && listed) { event.preventDefault(); this.pick(this.options[this.active]); }
    else if ((event.key === "Enter" || event.key === ",") && typed) { event.preventDefault(); this.settle().then(() => this.input.focus()); }
    else if (event.key === "Escape" && listed) { event.preventDefault(); event.stopPropagation(); this.close(); }
    else if (event.key === "Backspace" && !this.input.value && this.picked.length) this.drop(this.picked.length - 1);
  }

  // A name typed and left there still counts
  left() {
    if (this.list.contains(document.activeElement) || document.activeElement === this.input) return;
    if (this.input.value.trim()) this.settle(); else this.close();
  }

  // Take who is meant by what was typed: the only one known whose name begins so, or somebody new.
  // When several are, the words stay and the list says who. Tells whether it is settled.
  settle() {
    const words = this.input.value.trim();
    clearTimeout(this.timer);
    if (!words) return Promise.resolve(true);
    if (this.settling?.words !== words) this.settling = { words, done: this.mean(words).finally(() => { this.settling = null; }) };
    return this.settling.done;
  }

  async mean(words) {
    const found = await this.find(words);
    if (!found || this.input.value.trim() !== words) return false;
    const fit = found.filter((person) => means(words, person));
    const free = fit.filter((person) => !this.has(person));
    if (free.length < 2) { this.take(free[0] ?? fit[0] ?? { name: words }); return true; }
    this.offer(free, words);
    this.list.classList.add("people-list--kept");
    this.which.textContent = `You know ${free.length} people called ${words}. Say which one.`;
    this.which.hidden = false;
    return false;
  }

  // Sent while words stand in the field: first whom they mean
  async sent(event) {
    if (!this.input.value.trim()) return;
    event.preventDefault();
    event.stopPropagation();
    const { target: form, submitter } = event;
    if (await this.settle()) form.requestSubmit(submitter ?? undefined); else this.input.focus();
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.list.classList.remove("people-list--kept");
    this.which.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

// Several people, and not all of them answered: one answer a person, each with whose it is.
// <fieldset data-choice="answered"> in the same form; its radios say which answers there are.
// Or <fieldset data-answers-each>, where the server drew one a person already.
function answersEach(form) {
  const apart = form.querySelector("fieldset[data-answers-each]");
  const choice = apart ?? form.querySelector("fieldset[data-choice=answered]");
  if (!choice || choice.hasAttribute("data-each-ready")) return;
  choice.setAttribute("data-each-ready", "");
  const radios = [...choice.querySelectorAll("input[type=radio]")];
  const answers = apart
    ? [...choice.querySelector("select").options].filter((option) => option.value).map((option) => [option.value, option.label])
    : radios.map((radio) => [radio.value, radio.parentElement.textContent.trim()]);
  const each = choice.querySelector(".answers-each") ?? element("div", { class: "answers-each" });
  const fold = apart ? null : element("details", { class: "answers-differ", hidden: true }, element("summary", {}, "Did one answer and another not?"), each);
  if (fold) (choice.closest(".choices") ?? choice).append(fold);
  let people = [];

  const draw = () => {
    const given = new Map([...each.children].map((one) => [one.querySelector("input").value, one.querySelector("select").value]));
    const together = radios.find((radio) => radio.checked)?.value;
    const isEach = fold ? fold.open && people.length > 1 : true;
    each.replaceChildren(...(isEach ? people : []).map((person, at) => {
      const id = `answered-each-${at}`;
      const select = element("select", { class: "answers-select", id, name: "answered" }, ...answers.map(([value, label]) => element("option", { value }, label)));
      select.value = given.get(valueOf(person)) || together || answers[0][0];
      const by = element("input", { type: "hidden", name: "answered_by", value: valueOf(person) });
      return element("div", { class: "answers-one" }, element("label", { for: id, dir: "auto" }, person.short || person.name), by, select);
    }));
    for (const radio of radios) radio.disabled = isEach;
    if (fold) fold.hidden = people.length < 2;
  };
  fold?.addEventListener("toggle", draw);
  form.addEventListener("people-changed", (event) => { people = event.detail.people; draw(); });
}

export function peopleFields(root) {
  for (const field of root.querySelectorAll("[data-people]:not([data-ready])")) {
    field.dataset.ready = "";
    const form = field.closest("form");
    if (form) answersEach(form);
    const made = new PeopleField(field);
    field.dispatchEvent(new CustomEvent("people-changed", { bubbles: true, detail: { people: made.picked } }));
  }
}
