// Shows what was pushed, and opens what it is about. It keeps nothing and answers no request of a page.
self.addEventListener("push", (event) => {
  if (!event.data) return;
  const { id, language, title, text, url } = event.data.json();
  const options = { body: text, lang: language, tag: id, data: { url } };
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data;
  // Only pages: what was pushed came from us, and is still no reason to open anything else.
  if (/^https?:\/\//.test(url)) event.waitUntil(self.clients.openWindow(url));
});
