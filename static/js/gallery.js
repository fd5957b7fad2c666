// Rows, squares or a column: remembered in this browser only.

const root = document.documentElement;
const views = ["rows", "squares", "column"];

function remembered() {
  try { return localStorage.getItem("view"); } catch { return null; }
}

function choose(view) {
  if (view === "rows") delete root.dataset.view;
  else root.dataset.view = view;
  document.querySelectorAll("[data-view]").forEach((button) => {
    if (button !== root) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  });
}

const first = views.includes(remembered()) ? remembered() : "rows";
choose(first);
// The script may run before the page is whole.
document.addEventListener("DOMContentLoaded", () => choose(root.dataset.view ?? "rows"));

document.addEventListener("click", (event) => {
  const view = event.target.closest("button[data-view]")?.dataset.view;
  if (!views.includes(view)) return;
  choose(view);
  try { localStorage.setItem("view", view); } catch { /* private windows may forget it */ }
});
