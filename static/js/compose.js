// The composer: photos go up as soon as they are chosen, one request each. Without this the same form works in steps.

const form = document.getElementById("compose");
const list = document.getElementById("drafts");
const model = document.getElementById("draft-model").content.firstElementChild;
const zone = document.getElementById("dropzone");
const chooser = document.getElementById("photos");
const errors = document.getElementById("compose-errors");
const status = document.getElementById("sending");
const tally = document.getElementById("tally");
const send = form.querySelector("[data-send]");
const most = Number(form.dataset.max);
const mostBytes = Number(form.dataset.bytes);
const kinds = chooser.accept.split(",");

let waiting = [];
let running = 0;
let total = 0;
let done = 0;
let sent = false;
let touched = false;
const draft = form.dataset.draft;

// Visually it stands under the photos already; now also for the keyboard.
form.querySelector(".compose-photos").after(zone);

const items = () => [...list.children];

function refresh() {
  const all = items();
  const ready = all.filter((item) => item.dataset.id);
  all.forEach((item, n) => {
    item.querySelector(".draft-number").textContent = n + 1;
    item.querySelector("label .sr").textContent = `for photo ${n + 1}, `;
    item.querySelectorAll("summary .sr").forEach((words) => { words.textContent = ` of photo ${n + 1}`; });
    const order = item.querySelector("[name^=order_]");
    if (order) order.value = n + 1;
    item.querySelector("[data-do=up]").disabled = n === 0;
    item.querySelector("[data-do=down]").disabled = n === all.length - 1;
    const counter = item.querySelector("[data-chars]");
    const length = [...item.querySelector("textarea").value].length;
    counter.textContent = length;
    counter.parentElement.classList.toggle("over", length > Number(form.dataset.alt));
  });
  form.classList.toggle("bare", all.length === 0);
  tally.hidden = all.length === 0;
  tally.querySelector("[data-with]").textContent = all.filter((item) => item.querySelector("textarea").value.trim()).length;
  tally.querySelector("[data-of]").textContent = all.length;
  tally.querySelector("[data-photos]").textContent = all.length === 1 ? "photo has" : "photos have";
  document.getElementById("four").hidden = all.length <= 4;
  const busy = running + waiting.length > 0;
  send.disabled = busy;
  if (busy) send.textContent = `Uploading ${Math.min(done + 1, total)} of ${total}`;
  else if (form.dataset.editing) send.textContent = "Save changes";
  else send.textContent = ready.length ? `Post ${ready.length} ${ready.length === 1 ? "photo" : "photos"}` : "Post";
}

function refuse(sentence) {
  let box = errors.querySelector(".refused");
  if (!box) {
    box = document.createElement("div");
    box.className = "refused";
    box.append(document.createElement("ul"));
    errors.append(box);
  }
  const line = document.createElement("li");
  line.textContent = sentence;
  box.querySelector("ul").append(line);
}

// The draft is written with its first photo; from then on it has an address to come back to.
function remember() {
  if (!form.dataset.editing) history.replaceState(history.state, "", `/compose/${draft}`);
}

function named(item, id) {
  item.dataset.id = id;
  item.querySelector("[name=photo]").value = id;
  for (const name of ["alt", "order", "remove", "focus_x", "focus_y", "data", "offer", "replace"]) {
    const field = item.querySelector(`[name^=${name}_]`);
    field.name = `${name}_${id}`;
    if (name === "alt") {
      field.id = field.name;
      item.querySelector("label").htmlFor = field.id;
    }
  }
}

let unnamed = 0;
function place(file) {
  const item = model.cloneNode(true);
  named(item, `new${++unnamed}`);
  item.dataset.id = "";
  item.querySelectorAll("[name]").forEach((field) => { field.disabled = field.name === "photo" || !field.name.startsWith("alt_"); });
  item.querySelector(".draft-name bdi").textContent = file.name;
  const preview = document.createElement("img");
  preview.alt = "";
  preview.decoding = "async";
  preview.onerror = () => preview.remove();
  preview.src = URL.createObjectURL(file);
  item.querySelector(".draft-thumb").prepend(preview);
  item.file = file;
  list.append(item);
  return item;
}

function upload(item, id) {
  const bar = item.querySelector("progress");
  bar.hidden = false;
  bar.setAttribute("aria-label", `Uploading ${item.file.name}`);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    item.request = request;
    request.open("POST", `/compose/${id}/photos`);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = (event.loaded / event.total) * 100; };
    request.upload.onload = () => bar.removeAttribute("value"); // The server is making its sizes.
    request.onload = () => {
      if (request.status === 201 && request.response?.id) resolve(request.response);
      else reject(Object.assign(new Error(request.response?.error ?? ""), { final: request.status >= 400 && request.status < 500 && request.status !== 429 }));
    };
    request.onerror = request.ontimeout = () => reject(new Error(""));
    request.onabort = () => reject(Object.assign(new Error(""), { gone: true }));
    const body = new FormData();
    body.append("photo", item.file, item.file.name);
    request.send(body);
  });
}

// What the photo says about itself, to be shown or not.
function lines(item, photo) {
  const box = item.querySelector(".data-lines");
  for (const line of [...photo.lines].reverse()) {
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", name: `show_${photo.id}`, value: line.key, checked: line.shown });
    const words = document.createElement("span");
    const value = document.createElement("bdi");
    value.textContent = line.value;
    words.append(`${line.label}: `, value);
    const label = document.createElement("label");
    label.append(tick, words);
    box.prepend(label);
  }
}

// The picture on which the focal point is set, and how a square of it would look.
function finder(item, photo) {
  for (const place of [".focus-picture", ".focus-square"]) {
    const picture = Object.assign(new Image(photo.width, photo.height), { alt: "", draggable: false, loading: "lazy", decoding: "async", src: photo.thumb });
    item.querySelector(place).prepend(picture);
  }
}

// The photo's own title and tags, where nothing has been written yet.
function propose(words) {
  const caption = document.getElementById("caption");
  if (!words || caption.value.trim() || form.dataset.editing) return;
  caption.value = words;
  caption.dispatchEvent(new Event("input", { bubbles: true }));
}

function arrived(item, photo) {
  remember();
  // The same file chosen twice is one photo.
  if (items().some((other) => other !== item && other.dataset.id === photo.id)) {
    item.remove();
    refresh();
    return;
  }
  named(item, photo.id);
  item.querySelectorAll("[name]").forEach((field) => { field.disabled = false; });
  lines(item, photo);
  propose(photo.caption);
  const alt = item.querySelector("textarea");
  if (!alt.value && photo.alt) alt.value = photo.alt;
  item.querySelector("progress").hidden = true;
  const preview = item.querySelector("img");
  if (preview) URL.revokeObjectURL(preview.src);
  const thumb = preview ?? item.querySelector(".draft-thumb").insertAdjacentElement("afterbegin", new Image());
  thumb.alt = "";
  thumb.onerror = null;
  thumb.width = photo.width;
  thumb.height = photo.height;
  thumb.src = photo.thumb;
  finder(item, photo);
  delete item.file;
  if (item.instead) {
    remove(item.instead);
    delete item.instead;
  }
}

function failed(item, fault) {
  if (fault.gone) return;
  if (fault.final) {
    refuse(fault.message || `${item.file.name} was refused.`);
    item.remove();
    return;
  }
  item.querySelector("progress").hidden = true;
  const line = item.querySelector(".draft-error");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "link";
  again.textContent = "Try again";
  again.onclick = () => {
    line.hidden = true;
    total += 1;
    waiting.push(item);
    work();
  };
  line.replaceChildren(`${fault.message || "The upload broke off."} `, again);
  line.hidden = false;
}

async function work() {
  refresh();
  while (running < 2 && waiting.length) {
    const item = waiting.shift();
    running += 1;
    (async () => {
      try {
        arrived(item, await upload(item, draft));
      } catch (fault) {
        failed(item, fault);
      } finally {
        running -= 1;
        done += 1;
        if (!running && !waiting.length) {
          const ready = items().filter((i) => i.dataset.id).length;
          status.textContent = ready === 1 ? "1 photo is ready." : `${ready} photos are ready.`;
          total = done = 0;
        }
        work();
      }
    })();
  }
}

function add(files) {
  errors.replaceChildren();
  for (const file of files) {
    if (items().length >= most) {
      refuse(`A post can have ${most} photos; ${file.name} was left out.`);
    } else if (file.type && !kinds.includes(file.type)) {
      refuse(`${file.name} is not a photo this server takes; JPEG, PNG, WebP, GIF, HEIC and AVIF work.`);
    } else if (file.size > mostBytes) {
      refuse(`${file.name} is ${Math.ceil(file.size / 1e6)} MB; up to ${Math.floor(mostBytes / 1e6)} MB work.`);
    } else {
      waiting.push(place(file));
      total += 1;
    }
  }
  work();
}

function move(item, by) {
  const all = items();
  const other = all[all.indexOf(item) + by];
  if (!other) return;
  if (by < 0) other.before(item);
  else other.after(item);
  touched = true;
  refresh();
  status.textContent = `Now photo ${items().indexOf(item) + 1} of ${all.length}.`;
}

async function remove(item) {
  const all = items();
  const next = all[all.indexOf(item) + 1] ?? all[all.indexOf(item) - 1];
  waiting = waiting.filter((other) => other !== item);
  item.request?.abort();
  item.remove();
  refresh();
  (next?.querySelector("textarea") ?? chooser).focus();
  if (!item.dataset.id) return;
  if (form.dataset.editing) {
    // The post keeps it until the changes are saved.
    touched = true;
    for (const [name, value] of [["photo", item.dataset.id], [`remove_${item.dataset.id}`, "true"]]) {
      const input = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      form.append(input);
    }
    return;
  }
  try {
    const answer = await fetch(`/compose/${draft}/photos/${item.dataset.id}/remove`, { method: "POST", headers: { Accept: "application/json" } });
    if (!answer.ok && answer.status !== 404) throw new Error(answer.status);
  } catch {
    list.append(item);
    refresh();
    refuse("The photo could not be removed. Try again.");
  }
}

// Another file in the same place: its words stay, the old photo goes once the new one is there.
function replace(item) {
  if (!item.dataset.id) return;
  const picker = Object.assign(document.createElement("input"), { type: "file", accept: chooser.accept });
  picker.addEventListener("change", () => {
    const [file] = picker.files;
    if (!file) return;
    if (file.size > mostBytes) {
      refuse(`${file.name} is ${Math.ceil(file.size / 1e6)} MB; up to ${Math.floor(mostBytes / 1e6)} MB work.`);
      return;
    }
    const next = place(file);
    for (const name of ["alt_", "focus_x_", "focus_y_"]) {
      const [to, from] = [next, item].map((one) => one.querySelector(`[name^=${name}]`));
      to.value = from.value;
      to.dispatchEvent(new Event("input", { bubbles: true }));
    }
    next.instead = item;
    item.after(next);
    waiting.push(next);
    total += 1;
    touched = true;
    work();
  });
  picker.click();
}

chooser.addEventListener("change", () => {
  add([...chooser.files]);
  chooser.value = "";
});

list.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-do]");
  const item = pressed?.closest(".draft");
  if (!item) return;
  if (pressed.dataset.do === "remove") remove(item);
  else if (pressed.dataset.do === "replace") replace(item);
  else {
    move(item, pressed.dataset.do === "up" ? -1 : 1);
    (pressed.disabled ? item.querySelector("[data-do]:not(:disabled)") : pressed).focus();
  }
});

// Dragging: files from outside anywhere on the page, photos within the list by their thumbnails.
let dragged = null;
const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
const prepare = () => items().forEach((item) => { item.querySelector(".draft-thumb").draggable = true; });
new MutationObserver(prepare).observe(list, { childList: true });
prepare();

list.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".draft") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  dragged.classList.add("dragging");
});
const unmark = () => items().forEach((item) => { delete item.dataset.over; });
list.addEventListener("dragover", (event) => {
  const item = dragged && event.target.closest(".draft");
  if (!item) return;
  event.preventDefault();
  unmark();
  const box = item.getBoundingClientRect();
  if (item !== dragged) item.dataset.over = event.clientY < box.top + box.height / 2 ? "before" : "after";
});
list.addEventListener("drop", (event) => {
  const item = dragged && event.target.closest(".draft");
  if (!item?.dataset.over) return;
  event.preventDefault();
  item[item.dataset.over](dragged);
  touched = true;
});
list.addEventListener("dragend", () => {
  dragged?.classList.remove("dragging");
  dragged = null;
  unmark();
  refresh();
});
document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  zone.classList.add("over");
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  zone.classList.remove("over");
  if (!hasFiles(event)) return;
  event.preventDefault();
  add([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) {
    event.preventDefault();
    add(files);
  }
});

form.addEventListener("input", (event) => {
  touched = true;
  if (event.target.id === "caption") {
    const length = [...event.target.value].length;
    const counter = form.querySelector("#caption-hint .counter");
    counter.firstElementChild.textContent = length;
    counter.classList.toggle("over", length > Number(event.target.dataset.count));
  }
  if (event.target.closest(".draft")) refresh();
});
form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.id === "warning") event.preventDefault(); });
form.addEventListener("submit", (event) => {
  if (sent || running + waiting.length > 0) event.preventDefault();
  else {
    sent = true;
    chooser.disabled = !chooser.value; // An empty file field need not travel.
    form.querySelectorAll(".compose-send button").forEach((button) => button.setAttribute("aria-disabled", "true"));
    status.textContent = event.submitter?.value === "post" ? "Posting" : "Saving";
  }
});
addEventListener("pageshow", () => {
  sent = false;
  chooser.disabled = false;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
});
addEventListener("beforeunload", (event) => { if (!sent && (touched || running)) event.preventDefault(); });
refresh();
