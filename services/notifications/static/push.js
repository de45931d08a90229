// Subscribes this browser: <form hidden data-push-key="..." data-push-worker="..."> with a hidden input named
// "subscription", a button, and two alerts: [data-push-failed="denied"] is shown when the person or the browser says no,
// [data-push-failed="other"] when anything else goes wrong.
for (const form of document.querySelectorAll("form[data-push-key]")) {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.subscription.value) return; // it is there: now the form goes its way
    event.preventDefault();
    for (const alert of form.querySelectorAll("[data-push-failed]")) alert.hidden = true;
    try {
      form.elements.subscription.value = JSON.stringify(await subscribe(form.dataset));
      form.requestSubmit();
    } catch ({ name }) {
      const why = name === "NotAllowedError" ? "denied" : "other";
      form.querySelector(`[data-push-failed=${why}]`).hidden = false;
    }
  });
}

async function subscribe({ pushKey, pushWorker }) {
  if ((await Notification.requestPermission()) !== "granted") throw new DOMException("", "NotAllowedError");
  const registration = await navigator.serviceWorker.register(pushWorker);
  await activated(registration);
  const manager = registration.pushManager;
  const options = { userVisibleOnly: true, applicationServerKey: pushKey };
  try {
    return await manager.subscribe(options);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    // This browser is still subscribed by an earlier key of the site, with which nothing reaches it any more.
    await (await manager.getSubscription())?.unsubscribe();
    return manager.subscribe(options);
  }
}

// `serviceWorker.ready` waits for a worker of this page; ours answers for no page.
function activated({ active, waiting, installing }) {
  if (active) return active;
  const worker = waiting ?? installing;
  return new Promise((resolve) => {
    worker.addEventListener("statechange", () => worker.state === "activated" && resolve(worker));
  });
}
