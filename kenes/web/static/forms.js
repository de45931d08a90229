// What forms gain with a script: counters, a guard against a second press, results while typing.
// Each works without it: the server counts, deduplicates and searches too.
const root = document.documentElement;
// Browsers ship without Kazakh: it writes numbers as Russian does, and counts in one and other as English does.
const format = new Intl.NumberFormat(root.lang === "kk" ? "ru" : root.lang);
const plural = new Intl.PluralRules(root.lang === "kk" ? "en" : root.lang);

const GUARDED = 5_000; // milliseconds in which a second press sends nothing

function phrase(json, n) {
  const forms = JSON.parse(json);
  return (forms[plural.select(n)] ?? forms.other).replace("{count}", format.format(n));
}

function counter(area) {
  const note = document.getElementById(`${area.id}-limit`);
  const limit = Number(area.dataset.limit);
  let spoken;
  note.setAttribute("aria-live", "off");
  const update = () => {
    const left = limit - [...area.value].length; // letters as people count them, not UTF-16 units
    note.textContent = phrase(left < 0 ? area.dataset.over : area.dataset.left, Math.abs(left));
    note.classList.toggle("is-over", left < 0);
    clearTimeout(spoken);
    note.setAttribute("aria-live", "off");
    // Spoken after a pause in typing, and only near the end.
    if (left < limit * 0.1) spoken = setTimeout(() => {
      note.setAttribute("aria-live", "polite");
      note.textContent += " ";
    }, 1200);
  };
  area.addEventListener("input", update);
  update();
}

function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    // A send may be stopped, or answered by a file: the page stays, and no event tells it. Who sends again after this is
    // answered as the first time.
    setTimeout(() => ready(form), GUARDED);
    const button = event.submitter;
    if (!button || !form.contains(button)) return; // the language buttons of the header keep their names
    button.dataset.label = button.textContent;
    button.textContent = form.dataset.once;
    button.setAttribute("aria-disabled", "true"); // not `disabled`: its name and value must still be sent
  });
}

function ready(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-label]")) {
    button.textContent = button.dataset.label;
    button.removeAttribute("aria-disabled");
  }
}

function search(form) {
  const said = form.querySelector("[data-failed]");
  let waiting, running;
  const find = async () => {
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form));
    running?.abort();
    const own = running = new AbortController();
    const region = document.getElementById(form.dataset.results);
    region.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { signal: own.signal, headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(form.dataset.results);
      if (fresh) region.replaceChildren(...fresh.childNodes);
      history.replaceState(null, "", url);
      said.textContent = "";
    } catch {
      // What was found before stays, and nobody is taken away in the middle of a word.
      if (running === own) said.textContent = said.dataset.failed;
    } finally {
      if (running === own) region.removeAttribute("aria-busy"); // or else a newer search is on its way
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, 300);
  });
}

document.querySelectorAll("textarea[data-limit]").forEach(counter);
document.querySelectorAll("form[data-once]").forEach(once);
document.querySelectorAll("form[data-results]").forEach(search);
document.querySelector("[data-focus]")?.focus();
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(ready);
});
