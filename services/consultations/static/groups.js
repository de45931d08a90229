// Offers the newer groups once people have voted since this page was made. It never changes under the reader's eyes.
const box = document.querySelector("[data-votes-url]");
// Groups take a moment to be made of the votes, and the page is kept for a moment.
const MADE_IN = 5_000;

function voted({ data, target }) {
  if (JSON.parse(data).votes <= Number(box.dataset.votes)) return;
  target.close();
  setTimeout(() => { box.hidden = false; }, MADE_IN);
}

if (box) kenes.follow(box.dataset.votesUrl, { votes: voted });
