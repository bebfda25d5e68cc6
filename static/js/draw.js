// The few things drawn by script, just as the macros `icon` and `face` draw them.

const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("../icons.svg", import.meta.url).pathname;

function svg(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

export function icon(name, size = "small") {
  const drawing = svg("svg", { class: `icon icon--${size}`, "aria-hidden": "true", width: 20, height: 20 });
  drawing.append(svg("use", { href: `${SPRITE}#${name}` }));
  return drawing;
}

export function initials(name) {
  const words = name.split(/[\s("“]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  if (!words.length) return name.trim().slice(0, 1);
  const first = [...words[0]][0];
  const last = [...words.at(-1)][0];
  const capitals = (letter) => letter.toLowerCase() !== letter.toUpperCase();
  const two = words.length > 1 && capitals(first) && capitals(last);
  return first.toUpperCase() + (two ? last.toUpperCase() : "");
}

export function face({ name, id, strength, kind = "leaf" }, size = "small") {
  const ringed = strength !== undefined && strength !== null;
  const node = element("span", { class: `face face--${size} face-${id ? id % 5 : "none"}${ringed ? " face--ringed" : ""}`, "aria-hidden": "true" });
  if (ringed) {
    const ring = svg("svg", { class: "face-ring", viewBox: "0 0 40 40" });
    const circle = { cx: 20, cy: 20, r: 19, "stroke-width": 2 };
    if (strength <= 0) ring.append(svg("circle", { ...circle, class: "face-dots", pathLength: 32, "stroke-dasharray": "0 1" }));
    else ring.append(
      svg("circle", { ...circle, class: "face-track" }),
      svg("circle", { ...circle, class: `face-arc face-arc--${kind}`, pathLength: 100, "stroke-dasharray": `${Math.min(strength, 100)} 100`, transform: "rotate(-90 20 20)" }),
    );
    node.append(ring);
  }
  node.append(element("span", { class: "face-fill" }, id ? initials(name) : icon("user-plus")));
  return node;
}
