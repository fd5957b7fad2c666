// One photograph, as large as the window, on a surround of the viewer's choice.

const links = [...document.querySelectorAll("a[data-viewer]")];
const surrounds = { black: "Black", grey: "Grey", white: "White" };
const sprite = document.querySelector(".top use").getAttribute("href").split("#")[0];
let at = 0;
let dialog;
let picture;

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("width", "22");
  svg.setAttribute("height", "22");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

function button(label, name, press, className = "") {
  const node = make("button", { type: "button", className, title: label, onclick: press }, ...(name ? [icon(name)] : []));
  node.setAttribute("aria-label", label);
  return node;
}

function surround(name) {
  dialog.classList.remove(...Object.keys(surrounds));
  dialog.classList.add(name);
  dialog.querySelectorAll(".swatch").forEach((s) => s.setAttribute("aria-pressed", String(s.dataset.name === name)));
  try { localStorage.setItem("surround", name); } catch { /* forgotten, then */ }
}

function closeUp(on) {
  dialog.classList.toggle("close-up", on);
  if (on) {
    picture.sizes = `${links[at].dataset.width}px`;
    dialog.scrollTo((dialog.scrollWidth - dialog.clientWidth) / 2, (dialog.scrollHeight - dialog.clientHeight) / 2);
  }
}

function preload(n) {
  if (links[n]) new Image().src = links[n].href;
}

function go(n) {
  if (!links[n]) return;
  at = n;
  closeUp(false);
  const link = links[n];
  const small = link.querySelector("img");
  const fresh = make("img", { alt: small.alt, decoding: "async", width: Number(link.dataset.width), height: Number(link.dataset.height) });
  fresh.sizes = "100vw";
  fresh.srcset = link.dataset.srcset;
  fresh.src = link.href;
  fresh.onclick = () => closeUp(!dialog.classList.contains("close-up"));
  picture.replaceWith(fresh);
  picture = fresh;
  dialog.querySelector(".viewer-count").textContent = links.length > 1 ? `${n + 1} of ${links.length}` : "";
  dialog.querySelector(".viewer-alt").textContent = small.alt;
  dialog.querySelector(".before").hidden = n === 0;
  dialog.querySelector(".after").hidden = n === links.length - 1;
  preload(n + 1);
}

function build() {
  picture = make("img", { alt: "" });
  const swatches = make("div", { className: "surrounds" }, ...Object.entries(surrounds).map(([name, label]) => {
    const swatch = button(`${label} surround`, "", () => surround(name), `swatch ${name}`);
    swatch.dataset.name = name;
    return swatch;
  }));
  swatches.setAttribute("role", "group");
  swatches.setAttribute("aria-label", "Surround");
  const count = make("span", { className: "viewer-count" });
  count.setAttribute("role", "status");
  const alt = make("p", { className: "viewer-alt", dir: "auto" });
  alt.setAttribute("aria-hidden", "true");
  dialog = make("dialog", { className: "viewer" },
    make("div", { className: "viewer-bar" }, count, swatches, button("Close", "close", () => dialog.close(), "shut")),
    picture,
    button("Photo before", "before", () => go(at - 1), "step before"),
    button("Next photo", "after", () => go(at + 1), "step after"),
    alt);
  dialog.setAttribute("aria-label", "Photograph, full screen");
  dialog.addEventListener("close", () => {
    closeUp(false);
    links[at].focus({ preventScroll: true });
    links[at].scrollIntoView({ block: "nearest" });
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageDown: 1, PageUp: -1 };
    if (!(event.key in steps) || dialog.classList.contains("close-up")) return;
    event.preventDefault();
    go(at + steps[event.key] * (document.dir === "rtl" && event.key.startsWith("Arrow") ? -1 : 1));
  });
  let from = null;
  dialog.addEventListener("pointerdown", (event) => { from = event.isPrimary && event.pointerType !== "mouse" ? event : null; });
  dialog.addEventListener("pointerup", (event) => {
    if (!from || dialog.classList.contains("close-up")) return;
    const x = event.clientX - from.clientX;
    const y = event.clientY - from.clientY;
    from = null;
    if (Math.abs(x) > 48 && Math.abs(x) > 1.5 * Math.abs(y)) go(at + (x < 0 ? 1 : -1));
    else if (y > 96 && y > 1.5 * Math.abs(x)) dialog.close();
  });
  document.body.append(dialog);
  let name = null;
  try { name = localStorage.getItem("surround"); } catch { /* black, then */ }
  surround(name in surrounds ? name : "black");
}

links.forEach((link, n) => link.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  if (!dialog) build();
  go(n);
  dialog.showModal();
  dialog.querySelector(".shut").focus();
}));
