// What pages with comments gain with a script: votes that move by themselves, voting in place, and choosing a passage
// by selecting it. Each works without it: the page comes with its numbers, a vote is a form, a passage can be pasted.
const NAMES = ["agree", "disagree", "pass"];

function count(box, told) {
  if (told.version < Number(box.dataset.version)) return; // a late frame never turns the votes back
  box.dataset.version = told.version;
  for (const name of NAMES) {
    for (const place of box.querySelectorAll(`[data-count="${name}"]`)) place.textContent = kenes.number(told[name]);
  }
}

function moved({ data }) {
  const event = JSON.parse(data);
  for (const place of document.querySelectorAll("[data-live-votes]")) place.textContent = kenes.number(event.votes);
  for (const [comment, told] of Object.entries(event.comments)) {
    for (const box of document.querySelectorAll(`[data-comment="${CSS.escape(comment)}"]`)) count(box, told);
  }
}

async function vote(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("vote" in form.dataset) || form.dataset.plain) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  const button = event.submitter;
  const body = new URLSearchParams(new FormData(form, button));
  body.set("fragment", "yes");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-comment]");
    if (!made || answer.redirected) throw new Error("not the votes of a comment");
    const box = form.closest("[data-comment]");
    made.querySelector("[name=back]")?.setAttribute("value", form.elements.back.value);
    box.replaceWith(made);
    made.querySelector(`button[value="${button.value}"]`)?.focus();
    const said = made.querySelector("[role=status]");
    said.textContent += "\u00a0"; // the words came with the element: a change is what is spoken
  } catch {
    // Signed out, or no connection: the plain form says what is wrong.
    form.dataset.plain = "yes";
    form.requestSubmit(button);
  }
}

// The part of a paragraph that is selected, without the number it is printed with: that is no part of a clause's words.
function part(paragraph, range) {
  const own = document.createRange();
  own.selectNodeContents(paragraph);
  if (range.compareBoundaryPoints(Range.START_TO_START, own) > 0) own.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, own) < 0) own.setEnd(range.endContainer, range.endOffset);
  const copy = own.cloneContents();
  copy.querySelector(".clause-label")?.remove();
  return copy.textContent.trim();
}

// A passage is of one clause: over several there is none. A selection may end where what follows begins.
function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return "";
  const range = selection.getRangeAt(0), found = [];
  let clause;
  for (const paragraph of document.querySelectorAll(".clause-text p:not(.clause-tools)")) {
    const words = range.intersectsNode(paragraph) && part(paragraph, range);
    if (!words) continue;
    const own = paragraph.closest("[data-clause]");
    if (clause && clause !== own) return "";
    clause = own;
    found.push(words);
  }
  const words = found.join("\n");
  return words.length <= 1_000 ? words : "";
}

function passages(bar) {
  const quote = document.getElementById("quote");
  document.addEventListener("selectionchange", () => { bar.hidden = !selected(); });
  const button = bar.querySelector("button");
  button.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
  button.addEventListener("click", () => {
    quote.value = selected();
    quote.closest("details").open = true;
    bar.hidden = true;
    document.getElementById("text").focus();
  });
}

const url = document.querySelector("[data-votes-url]")?.dataset.votesUrl;
if (url) kenes.follow(url, { votes: moved });
document.addEventListener("submit", vote);
const bar = document.getElementById("passage-bar");
if (bar) passages(bar);
