// Live counts. Elements with data-live-url and data-live-petition follow an event stream; without it the page
// simply keeps the numbers it came with.
const root = document.documentElement;
// Browsers ship without Kazakh: it writes numbers as Russian does, and counts in one and other as English does.
const format = new Intl.NumberFormat(root.lang === "kk" ? "ru" : root.lang);
const plural = new Intl.PluralRules(root.lang === "kk" ? "en" : root.lang);
const SAY_EVERY = 20_000; // milliseconds between spoken counts: a rush must not flood a screen reader
const RETRY = [2_000, 5_000, 15_000, 30_000];

const parts = (box, name) => box.querySelectorAll(`[data-live="${name}"]`);
const phrase = (element, n) => {
  const forms = JSON.parse(element.dataset.forms);
  return (forms[plural.select(n)] ?? forms.other).replace("{count}", format.format(n));
};

function show(box, event) {
  const last = Number(box.dataset.liveVersion ?? -1);
  if (event.version <= last) return; // a late frame never turns the count back
  box.dataset.liveVersion = event.version;
  const n = event.count;
  for (const element of parts(box, "count")) {
    element.textContent = format.format(n);
    element.classList.remove("is-fresh");
    void element.offsetWidth; // restarts the animation
    element.classList.add("is-fresh");
  }
  for (const element of parts(box, "words")) element.textContent = phrase(element, n);
  for (const element of parts(box, "meter")) meter(element, n);
  for (const element of parts(box, "threshold")) threshold(element, n);
  say(box, n);
}

function meter(element, n) {
  const goal = Number(element.dataset.liveGoal);
  const share = Math.min(n / goal, 1);
  const told = share > 0 && share < 1 ? Math.min(Math.max(share, 0.01), 0.99) : share; // as the server tells it
  const percent = new Intl.NumberFormat(format.resolvedOptions().locale, { style: "percent" }).format(told);
  element.setAttribute("aria-valuenow", Math.min(n, goal));
  element.setAttribute("aria-valuetext", element.dataset.text.replace("{percent}", percent));
  const width = n > 0 ? Math.max(share * 100, 0.8) : 0;
  for (const fill of parts(element, "fill")) fill.setAttribute("width", `${width.toFixed(2)}%`);
}

function threshold(element, n) {
  const reached = n >= Number(element.dataset.at);
  element.classList.toggle("is-reached", reached);
  element.querySelector(".threshold-text").textContent = reached
    ? element.dataset.reached
    : phrase(element, Number(element.dataset.at) - n);
}

function say(box, n) {
  const now = Date.now();
  if (now - Number(box.dataset.liveSaid ?? 0) < SAY_EVERY) return;
  box.dataset.liveSaid = now;
  for (const element of parts(box, "status")) {
    element.textContent = box.dataset.liveSay.replace("{count}", format.format(n));
  }
}

const followed = new Set();
addEventListener("pagehide", () => { for (const source of followed) source.close(); });

// Follows a stream for as long as the page is there; `events` are what takes each event, by its name.
function follow(url, events, failures = 0) {
  const source = new EventSource(url);
  followed.add(source);
  source.addEventListener("open", () => { failures = 0; });
  for (const [name, take] of Object.entries(events)) source.addEventListener(name, take);
  source.addEventListener("error", () => {
    // The browser reconnects by itself after a lost connection, but gives up after an error answer.
    if (source.readyState !== EventSource.CLOSED) return;
    followed.delete(source);
    const wait = RETRY[Math.min(failures, RETRY.length - 1)];
    setTimeout(() => follow(url, events, failures + 1), wait * (0.75 + Math.random() / 2));
  });
}

function counts(boxes) {
  return ({ data }) => {
    const event = JSON.parse(data);
    for (const box of boxes) if (box.dataset.livePetition === String(event.petition)) show(box, event);
  };
}

window.kenes = { follow, phrase, number: (n) => format.format(n) }; // for the scripts of services, which come after this one
const streams = Map.groupBy
  ? Map.groupBy(document.querySelectorAll("[data-live-url]"), (box) => box.dataset.liveUrl)
  : [...document.querySelectorAll("[data-live-url]")].reduce(
      (map, box) => map.set(box.dataset.liveUrl, [...(map.get(box.dataset.liveUrl) ?? []), box]), new Map());
for (const [url, boxes] of streams) follow(url, { count: counts(boxes) });
// A page taken back from the browser's memory has closed streams: ask for a fresh one.
addEventListener("pageshow", (event) => { if (event.persisted && followed.size) location.reload(); });
