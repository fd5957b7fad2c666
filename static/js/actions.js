// Liking, boosting, copying and sharing without leaving the page. Everything here also works as a plain form or not at all.

const spaced = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

function show(form, verb, on, count) {
  const button = form.querySelector("button");
  button.classList.toggle("on", on);
  button.setAttribute("aria-pressed", String(on));
  const n = form.querySelector("[data-n]");
  if (n && Number.isFinite(count)) n.textContent = spaced(count);
  form.action = form.action.replace(/\/(un)?(like|boost)$/, `/${on ? "un" : ""}${verb}`);
}

async function react(form) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const verb = form.dataset.react;
  const on = form.querySelector("button").getAttribute("aria-pressed") !== "true";
  try {
    const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) throw new Error(String(answer.status));
    const post = await answer.json();
    show(form, verb, verb === "like" ? post.liked : post.boosted, verb === "like" ? post.likes : post.boosts);
  } catch {
    show(form, verb, !on);
    form.submit(); // The server says what went wrong, on a page.
  } finally {
    delete form.dataset.busy;
  }
}

function say(button, text) {
  const label = button.querySelector(".act-label") ?? button.firstChild;
  if (label.was === undefined) label.was = label.textContent;
  label.textContent = text;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { label.textContent = label.was; }, 2000);
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    say(button, "Copied");
  } catch {
    const box = document.createElement("textarea");
    box.value = text;
    box.className = "sr";
    button.after(box);
    box.select();
    say(button, document.execCommand("copy") ? "Copied" : "Not copied");
    box.remove();
    button.focus();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.react) {
    event.preventDefault();
    react(form);
  } else if ("once" in form.dataset) {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  }
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-share]");
  if (button?.dataset.copy) copy(button, button.dataset.copy);
  if (button?.dataset.share) {
    const url = new URL(button.dataset.share, document.querySelector("link[rel=canonical]")?.href ?? location.href).href;
    if (navigator.share) navigator.share({ url }).catch(() => {});
    else copy(button, url);
  }
  document.querySelectorAll("details.you[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details.you[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

// The cover goes away once it is lifted: the focus goes to what was under it.
document.querySelectorAll("details.cover").forEach((cover) => cover.addEventListener("toggle", () => {
  if (cover.open) cover.querySelector("a, [tabindex]")?.focus({ preventScroll: true });
}));

// How much room is left, said only when it gets short.
document.querySelectorAll(".reply-form textarea[data-count]").forEach((text) => {
  const counter = text.form.querySelector(".counter");
  const limit = Number(text.dataset.count);
  const update = () => {
    const length = [...text.value].length;
    counter.hidden = length < limit * 0.8;
    counter.textContent = `${length} / ${limit}`;
    counter.classList.toggle("over", length > limit);
  };
  text.addEventListener("input", update);
  update();
});
