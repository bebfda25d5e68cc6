// A link to /log opens the same page as a sheet over this one.
// The server answers /log?sheet=1 with the header X-Sheet by the inside of the sheet alone.
// Sent, it answers 422 with the inside again, or redirects: the page it leads to takes this one's place.
// Whatever fails, what was typed stays in the form; signed out, it can be sent after a sign-in elsewhere.
import { element, icon } from "./draw.js";
import { freshToken } from "./fresh-token.js";

const HEADERS = { "X-Sheet": "1", Accept: "text/html" };

const cloud = icon("cloud-off"); // drawn while there is signal
let enhance = () => {};
let opener = null;
let openedFor = "";
let asked = 0;
let touched = false;
let signedOut = false;
let pressed = null; // where the pointer went down: a text that is marked may end beside the sheet

const dialog = () => document.getElementById("sheet");
const isLog = (link) => link.origin === location.origin && link.pathname === "/log" && !link.target && !link.hasAttribute("data-page");

function inside(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return parsed.querySelector("[data-sheet-frame]");
}

function show(frame) {
  dialog().replaceChildren(frame);
  cloud.setAttribute("hidden", "");
  dialog().append(cloud);
  const next = frame.querySelector("input[name=next]");
  if (next && !next.value) next.value = location.pathname + location.search; // back to where you were
  touched = false;
  signedOut = false;
  enhance(frame);
}

function focusFirst(frame) {
  const wrong = frame.querySelector(".field-wrong")?.closest("fieldset, .field");
  const wanted = wrong?.querySelector("input:checked, .people-input, input:not([type=hidden]), textarea") ?? frame.querySelector(".field-summary") ?? frame.querySelector(".people-input");
  (wanted ?? frame.querySelector("#sheet-title"))?.focus();
}

// What was wrong is not said of what has been typed since, neither beside the field nor above.
function unsay(field) {
  if (!field) return;
  field.querySelector(":scope > .field-wrong")?.remove();
  field.classList.remove("field--wrong");
  for (const one of [field, ...field.querySelectorAll("[aria-invalid], [aria-describedby]")]) {
    one.removeAttribute("aria-invalid");
    const told = (one.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.endsWith("-error"));
    if (told.length) one.setAttribute("aria-describedby", told.join(" ")); else one.removeAttribute("aria-describedby");
  }
  const summary = dialog().querySelector(".field-summary");
  for (const link of summary?.querySelectorAll("li a") ?? []) {
    if (field.contains(dialog().querySelector(`#${CSS.escape(link.hash.slice(1))}`))) link.parentElement.remove();
  }
  if (summary && !dialog().querySelector(".field-wrong")) summary.remove();
}

function open(link) {
  opener = link;
  if (!dialog().open) dialog().showModal();
}

// "No signal" at the head of the form, once, with its remedy.
function sayNoSignal(frame, again) {
  frame.querySelector("[data-trouble]")?.remove();
  cloud.removeAttribute("hidden");
  const button = element("button", { type: "button", class: "button button--secondary button--small" }, "Try again");
  const toast = element("div", { class: "toast toast--sun", role: "alert", "data-trouble": true }, cloud, element("p", {}, "No signal. Your words are kept here."), button);
  button.addEventListener("click", () => again());
  // Closed meanwhile, the page behind it is in use: it is not taken away, and the button is still there
  window.addEventListener("online", () => { if (toast.isConnected && dialog().open) again(); }, { once: true });
  (frame.querySelector(".sheet-inside") ?? frame).prepend(toast);
  toast.scrollIntoView({ block: "nearest" });
  button.focus();
}

// Not even the empty form could be fetched.
function sayCannotOpen(link) {
  const close = element("a", { class: "button button--quiet", href: link.href, "data-close": true }, "Close");
  const again = element("button", { type: "button", class: "button button--secondary button--small" }, "Try again");
  again.addEventListener("click", () => fetchSheet(link));
  show(element("div", { class: "sheet-frame", "data-sheet-frame": true },
    element("div", { class: "sheet-head" }, element("h2", { class: "sheet-title" }, "Log a conversation"), close),
    element("div", { class: "sheet-inside" }, element("div", { class: "toast toast--sun", role: "alert" }, icon("cloud-off"), element("p", {}, "No signal. The page behind this is as it was."), again))));
  open(link);
  again.focus();
}

async function fetchSheet(link) {
  if (touched && openedFor === link.href) { open(link); return; } // closed half-way: still as it was
  const url = new URL(link.href);
  url.searchParams.set("sheet", "1");
  const mine = asked += 1; // of two that are asked for, only the last one is shown: words may stand in it
  let frame = null;
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: HEADERS });
    if (answer.ok && !answer.redirected) frame = inside(await answer.text());
  } catch {
    if (mine === asked) sayCannotOpen(link);
    return;
  } finally {
    link.removeAttribute("aria-busy");
  }
  if (mine !== asked) return;
  if (!frame) { location.assign(link.href); return; }
  openedFor = link.href;
  show(frame);
  open(link);
  focusFirst(frame);
}

// Put the page that was answered in place of this one, with its toasts.
function take(html, url) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const [x, y] = [scrollX, scrollY];
  const here = new URL(url).pathname === location.pathname;
  document.title = page.title;
  document.body.replaceWith(document.adoptNode(page.body));
  if (here) history.replaceState(null, "", url); else history.pushState(null, "", url);
  window.scrollTo(here ? x : 0, here ? y : 0);
  enhance(document);
  const told = document.querySelector("#toasts .toast");
  const target = told ?? document.getElementById("content");
  target?.setAttribute("tabindex", "-1");
  target?.focus({ preventScroll: here && !told });
}

async function send(form, submitter) {
  const frame = form.closest("[data-sheet-frame]");
  const buttons = frame.querySelectorAll("button[type=submit], .button--primary");
  const data = new FormData(form, submitter);
  const plain = form.enctype !== "multipart/form-data";
  // Not disabled, or the focus would be lost while it goes
  for (const button of buttons) { button.setAttribute("aria-disabled", "true"); button.setAttribute("aria-busy", "true"); }
  try {
    if (signedOut) { await freshToken(form); data.set("csrf_token", form.elements.csrf_token.value); }
    const answer = await fetch(submitter?.hasAttribute("formaction") ? submitter.formAction : form.action, {
      method: "POST",
      headers: HEADERS,
      body: plain ? new URLSearchParams(data) : data,
    });
    const html = await answer.text();
    if (answer.status === 401) { saySignedOut(frame, html); return; }
    const again = answer.redirected ? null : inside(html);
    if (again) { show(again); touched = true; focusFirst(again); return; }
    if (answer.ok || answer.status < 500) { touched = false; dialog().close(); take(html, answer.redirected ? answer.url : location.href); return; }
    sayNotWorked(frame, html);
  } catch {
    sayNoSignal(frame, () => form.requestSubmit(submitter ?? undefined));
  } finally {
    for (const button of buttons) { button.removeAttribute("aria-disabled"); button.removeAttribute("aria-busy"); }
  }
}

// Signed out meanwhile: the form stays, with a way to sign in beside it.
function saySignedOut(frame, html) {
  signedOut = true;
  frame.querySelector("[data-trouble]")?.remove();
  const notice = new DOMParser().parseFromString(html, "text/html").querySelector(".notice");
  if (!notice) return;
  notice.dataset.trouble = "";
  (frame.querySelector(".sheet-inside") ?? frame).prepend(document.adoptNode(notice));
  notice.scrollIntoView({ block: "nearest" });
  notice.querySelector("a")?.focus();
}

// Broken on the other side: the form stays, with the number to quote.
function sayNotWorked(frame, html) {
  frame.querySelector("[data-trouble]")?.remove();
  const number = new DOMParser().parseFromString(html, "text/html").querySelector("[data-error-number]")?.textContent;
  const words = `This did not work. Your words are kept here.${number ? ` We have a note of it: ${number}.` : ""}`;
  const toast = element("div", { class: "toast toast--accent", role: "alert", "data-trouble": true }, icon("circle-alert"), element("p", {}, words));
  (frame.querySelector(".sheet-inside") ?? frame).prepend(toast);
  toast.scrollIntoView({ block: "nearest" });
}

export function sheets(enhancer) {
  enhance = enhancer;
  if (!("showModal" in HTMLDialogElement.prototype)) return;

  document.addEventListener("pointerdown", (event) => { pressed = event.target; }, true);

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const sheet = dialog();
    if (!sheet) return;
    const link = event.target.closest("a[href]");
    if (sheet.contains(event.target)) {
      if (link?.hasAttribute("data-close") || (event.target === sheet && pressed === sheet)) { event.preventDefault(); sheet.close(); }
    } else if (link && isLog(link) && location.pathname !== "/log") {
      event.preventDefault();
      fetchSheet(link);
    }
  });

  document.addEventListener("input", (event) => {
    if (!dialog()?.contains(event.target)) return;
    touched = true;
    unsay(event.target.closest(".field, fieldset"));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !dialog()?.contains(form) || form.method !== "post") return;
    event.preventDefault();
    if (!form.closest("[data-sheet-frame]").querySelector("[aria-busy]")) send(form, event.submitter);
  });

  // A dialog's close does not bubble; caught on the way down
  document.addEventListener("close", (event) => { if (event.target === dialog()) opener?.focus(); }, true);
}
