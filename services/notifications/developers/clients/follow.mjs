// Prints public events as they happen. Keeps the cursor in a file: after a break, or when run again, nothing is missed.
// Node 18 or later, no packages. In a browser `new EventSource(address)` does the same.
import { readFile, writeFile } from "node:fs/promises";

const site = process.env.KENES_SITE ?? "http://127.0.0.1:8082";
const kept = process.env.KENES_CURSOR ?? "kenes.cursor";
let cursor = await readFile(kept, "utf8").catch(() => "0");

async function follow() {
  const answer = await fetch(`${site}/api/notifications/v1/events/stream`, { headers: { "last-event-id": cursor } });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  let waiting = "";
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    const frames = (waiting + part).split("\n\n");
    waiting = frames.pop();
    for (const frame of frames) await take(frame);
  }
}

async function take(frame) {
  const fields = frame.split("\n").map((line) => line.match(/^(\w+): ?(.*)$/)).filter(Boolean);
  const id = fields.find(([, name]) => name === "id")?.[2];
  const data = fields.filter(([, name]) => name === "data").map(([, , value]) => value).join("\n");
  if (id === undefined || data === "") return; // a heartbeat
  const event = JSON.parse(data);
  console.log(event.time, event.type, Object.values(event.data.about.title)[0]);
  cursor = id;
  await writeFile(kept, cursor);
}

for (;;) {
  await follow().catch((error) => console.error(error.message));
  await new Promise((resolve) => setTimeout(resolve, 2000));
}
