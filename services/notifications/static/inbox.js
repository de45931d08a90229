// The live badge: how much is unread, as it changes. Without it the page keeps the number it came with.
for (const box of document.querySelectorAll("[data-inbox-url]")) {
  const count = box.querySelector("[data-inbox-count]");
  const source = new EventSource(box.dataset.inboxUrl);
  source.addEventListener("inbox", (event) => {
    const { unread } = JSON.parse(event.data);
    count.textContent = unread ? new Intl.NumberFormat(document.documentElement.lang).format(unread) : "";
  });
  addEventListener("pagehide", () => source.close());
}
