// The live badge: how much is unread, as it changes. Without it the page keeps the number it came with.
for (const box of document.querySelectorAll("[data-inbox-url]")) {
  const count = box.querySelector("[data-inbox-count]");
  const said = box.querySelector("[data-forms]");
  kenes.follow(box.dataset.inboxUrl, {
    inbox: ({ data }) => {
      const { unread } = JSON.parse(data);
      count.textContent = unread ? kenes.number(unread) : "";
      said.textContent = kenes.phrase(said, unread);
    },
  });
}
