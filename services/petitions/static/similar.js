// Petitions like the title being typed. Without it the next page shows them.
const region = document.querySelector("[data-similar]");
const field = document.getElementById("title");
let waiting, running;

async function look() {
  running?.abort();
  running = new AbortController();
  const url = `${region.dataset.similar}?${new URLSearchParams({ title: field.value })}`;
  try {
    const answer = await fetch(url, { signal: running.signal });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (fresh.body.textContent.trim() !== region.textContent.trim()) region.replaceChildren(...fresh.body.childNodes);
  } catch (error) {
    if (error.name !== "AbortError") region.replaceChildren(); // offline: nothing is better than something old
  }
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, 400);
});
