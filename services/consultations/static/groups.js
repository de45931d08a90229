// Offers the newer groups once people have voted since this page was made. It never changes under the reader's eyes.
const box = document.querySelector("[data-votes-url]");
const RETRY = 15_000; // milliseconds until a stream that was refused is asked for again
// Groups take a moment to be made of the votes, and the page is kept for a moment.
const MADE_IN = 5_000;

function follow() {
  const source = new EventSource(box.dataset.votesUrl);
  source.addEventListener("votes", ({ data }) => {
    if (JSON.parse(data).votes <= Number(box.dataset.votes)) return;
    source.close();
    setTimeout(() => { box.hidden = false; }, MADE_IN);
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, RETRY * (0.75 + Math.random() / 2));
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

if (box) follow();
addEventListener("pageshow", (event) => { if (event.persisted && box) location.reload(); });
