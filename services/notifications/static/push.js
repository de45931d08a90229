// Subscribes this browser: <form hidden data-push-key="..." data-push-worker="..."> with a hidden input named
// "subscription", a button, and an element [data-push-failed] that is shown when the person or the browser says no.
for (const form of document.querySelectorAll("form[data-push-key]")) {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.subscription.value) return; // it is there: now the form goes its way
    event.preventDefault();
    try {
      form.elements.subscription.value = JSON.stringify(await subscribe(form.dataset));
      form.requestSubmit();
    } catch {
      form.querySelector("[data-push-failed]").hidden = false;
    }
  });
}

async function subscribe({ pushKey, pushWorker }) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
  const registration = await navigator.serviceWorker.register(pushWorker);
  await activated(registration);
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: pushKey });
}

// `serviceWorker.ready` waits for a worker of this page; ours answers for no page.
function activated({ active, waiting, installing }) {
  if (active) return active;
  const worker = waiting ?? installing;
  return new Promise((resolve) => {
    worker.addEventListener("statechange", () => worker.state === "activated" && resolve(worker));
  });
}
