// The focal point in the composer: a press on the picture sets both sliders, and what the sliders say is seen at once.

const list = document.getElementById("drafts");
const near = 0.04;

const sliders = (item) => ["x", "y"].map((axis) => item.querySelector(`[name^=focus_${axis}_]`));

// Rules for the photos as they stand: the page's own know only those it came with.
const rules = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, rules];

function show() {
  const all = [...list.children].map((item, n) => {
    const [across, up] = sliders(item);
    const [left, top] = [(1 + Number(across.value)) * 50, (1 - Number(up.value)) * 50];
    across.setAttribute("aria-valuetext", `${Math.round(left)} % from the left`);
    up.setAttribute("aria-valuetext", `${Math.round(100 - top)} % from the bottom`);
    const picture = item.querySelector(".focus-picture img");
    const ratio = picture ? picture.getAttribute("width") / picture.getAttribute("height") : 1;
    return `#drafts > :nth-child(${n + 1}) { --r: ${ratio}; --x: ${left}%; --y: ${top}% }`;
  });
  rules.replaceSync(all.join("\n"));
}

function point(event, picture) {
  const box = picture.getBoundingClientRect();
  const inside = (n) => Math.min(1, Math.max(-1, n));
  const place = [inside(((event.clientX - box.left) / box.width) * 2 - 1), inside(1 - ((event.clientY - box.top) / box.height) * 2)];
  // The very middle can be hit again.
  const middle = place.every((n) => Math.abs(n) < near);
  const item = picture.closest(".draft");
  sliders(item).forEach((slider, axis) => {
    slider.value = middle ? 0 : place[axis].toFixed(3);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

list.addEventListener("click", (event) => {
  const picture = event.target.closest(".focus-picture");
  if (picture) point(event, picture);
});
// A mouse may also be drawn along; a finger scrolls the page.
let held = null;
list.addEventListener("pointerdown", (event) => {
  held = event.pointerType === "mouse" && event.button === 0 ? event.target.closest(".focus-picture") : null;
  held?.setPointerCapture(event.pointerId);
});
list.addEventListener("pointermove", (event) => { if (held) point(event, held); });
for (const end of ["pointerup", "pointercancel"]) list.addEventListener(end, () => { held = null; });

list.addEventListener("input", (event) => { if (event.target.type === "range") show(); });
new MutationObserver(show).observe(list, { childList: true, subtree: true });
// A page that was left and is come back to keeps its sliders where they were.
addEventListener("pageshow", show);
