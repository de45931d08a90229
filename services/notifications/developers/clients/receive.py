"""Receives webhooks: checks the signature, answers at once, and tells repeats by their id. Needs `standardwebhooks`."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["KENES_WEBHOOK_SECRET"])  # whsec_..., shown once when the stream is made
seen: set[str] = set()  # keep it where it outlives a restart


class Receiver(BaseHTTPRequestHandler):
    """Any 2xx means received. Whatever else you answer, the same event comes again later."""

    def do_POST(self) -> None:
        """One event."""
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            webhook.verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.send_response(401)
        else:
            event = json.loads(body)
            if event["id"] not in seen:
                seen.add(event["id"])
                print(event["time"], event["type"], event["subject"], flush=True)
            self.send_response(204)
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver).serve_forever()
