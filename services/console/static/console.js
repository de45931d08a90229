// The console, kept true: the server says when it has looked again, and the page asks for its parts anew. Ages count on
// by themselves. Without this script every page still shows what was known when it was asked for.
const page = document.getElementById("console");
const ages = JSON.parse(page.dataset.ages);
const QUIET = 15_000; // milliseconds without a look after which the page says that it is old
let heard = Date.now();

function span(seconds) {
  for (const [size, unit] of [[86_400, "d"], [3_600, "h"], [60, "m"]]) {
    if (seconds >= 2 * size) return ages[unit].replace("{n}", Math.floor(seconds / size));
  }
  return ages.s.replace("{n}", Math.max(Math.floor(seconds), 0));
}

function count() {
  for (const element of page.querySelectorAll("time.age")) {
    element.textContent = ages.ago.replace("{span}", span((Date.now() - Date.parse(element.dateTime)) / 1000));
  }
  page.classList.toggle("is-stale", Date.now() - heard > QUIET);
}

// Rows are found again by their id and changed cell by cell, so that focus, selection and open details stay. While
// somebody goes through them by keys they keep their order: the next row is the one that was seen to be next.
function renewTable(old, fresh) {
  const body = old.tBodies[0];
  const held = body.contains(document.activeElement);
  const rows = new Map([...body.rows].map((row) => [row.id, row]));
  const wanted = [...fresh.tBodies[0].rows];
  wanted.forEach((row, place) => {
    const known = rows.get(row.id);
    if (!known || known.cells.length !== row.cells.length) {
      known?.remove();
      body.insertBefore(document.importNode(row, true), body.rows[place] ?? null);
    } else {
      rows.delete(row.id);
      known.className = row.className;
      [...row.cells].forEach((cell, index) => {
        if (known.cells[index].innerHTML !== cell.innerHTML) known.cells[index].innerHTML = cell.innerHTML;
      });
      if (!held && body.rows[place] !== known) body.insertBefore(known, body.rows[place]);
    }
  });
  const names = new Set(wanted.map((row) => row.id));
  for (const [id, row] of rows) if (!names.has(id)) row.remove();
}

// What a part says, without what is new in every answer: the tokens of its forms.
function said(part) {
  const copy = part.cloneNode(true);
  for (const each of copy.querySelectorAll("input[type=hidden]")) each.remove();
  return copy.innerHTML;
}

// Somebody is writing in it, or has just sent it.
function inHand(part) {
  const written = [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((each) => each.value !== each.defaultValue);
  return written || part.querySelector("form[data-sent]") !== null;
}

function renewPart(old, fresh) {
  if (inHand(old) || (fresh.dataset.same && fresh.dataset.same === old.dataset.same)) return;
  if (said(old) === said(fresh)) {
    const values = [...fresh.querySelectorAll("input[type=hidden]")].map((each) => each.value);
    old.querySelectorAll("input[type=hidden]").forEach((each, index) => { each.value = values[index]; });
    return;
  }
  const [table, newer] = [old.querySelectorAll("table[data-rows]"), fresh.querySelectorAll("table[data-rows]")];
  if (table.length === 1 && newer.length === 1) {
    renewTable(table[0], newer[0]);
  } else if (!old.contains(document.activeElement)) {
    const open = new Set([...old.querySelectorAll("details[open] > summary")].map((each) => each.textContent));
    old.replaceChildren(...document.importNode(fresh, true).childNodes);
    if ("same" in fresh.dataset) old.dataset.same = fresh.dataset.same;
    for (const summary of old.querySelectorAll("details > summary")) {
      if (open.has(summary.textContent)) summary.parentElement.open = true;
    }
  }
}

async function renew() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "error" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  // A page that says a database is away comes with an error status, and is what there is to see.
  if (!fresh.getElementById("console")) return;
  for (const part of page.querySelectorAll("[data-live-part]")) {
    const other = fresh.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
    if (other) renewPart(part, other);
  }
  heard = Date.now();
  narrow();
  count();
}

let asking = false;
async function looked() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    await renew();
  } catch {
    // The next look asks again; until then the page says how old it is.
  } finally {
    asking = false;
  }
}

const field = document.querySelector("[data-filter]");
const shown = () => [...page.querySelectorAll("table[data-rows] > tbody > tr")].filter((row) => !row.hidden);

function narrow() {
  if (!field) return;
  const words = field.value.trim().toLowerCase();
  for (const row of page.querySelectorAll("tr[data-name]")) row.hidden = !row.dataset.name.toLowerCase().includes(words);
}

function move(step) {
  const rows = shown().filter((row) => row.querySelector("a"));
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const there = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
  rows[there].querySelector("a").focus();
}

const keys = document.getElementById("keys");
const on = keys.querySelector("input");

// The letter that a key is named by: on a keyboard of another script the one of the same place.
function named(event) {
  if (/^[a-z/?]$/.test(event.key)) return event.key;
  return { KeyJ: "j", KeyK: "k", Slash: event.shiftKey ? "?" : "/" }[event.code];
}

field?.addEventListener("input", narrow);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !on.checked) return;
  // A dialog that has just closed keeps the focus until the next frame is painted: keys are the page's again by then.
  if (event.target.closest("input, textarea, select, dialog[open]")) {
    if (event.key === "Escape" && event.target === field) {
      event.preventDefault(); // browsers would empty the field, and what was looked for would be lost among the rest
      field.blur();
    }
    return;
  }
  const key = named(event);
  if (key === "/" && field) {
    event.preventDefault();
    field.focus();
  } else if (key === "j") {
    move(1);
  } else if (key === "k") {
    move(-1);
  } else if (key === "?") {
    keys.showModal();
  }
});

kenes.follow(page.dataset.liveLook, { look: looked });
count();
setInterval(count, 1_000);
// Who speaks to the computer can switch the keys off: what they say would press them.
const opener = document.querySelector("[data-keys]");
opener.hidden = false;
opener.firstElementChild.addEventListener("click", () => keys.showModal());
on.checked = localStorage.getItem("kenes.keys") !== "off";
on.addEventListener("change", () => localStorage.setItem("kenes.keys", on.checked ? "on" : "off"));
