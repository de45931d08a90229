// Decrypts a push message as a browser does: {body, auth, publicKey, privateKey} in base64url, the text on output.
import { createECDH } from "node:crypto";
import { readFileSync } from "node:fs";
import ece from "http_ece";

const given = JSON.parse(readFileSync(0, "utf8"));
const key = createECDH("prime256v1");
key.setPrivateKey(Buffer.from(given.privateKey, "base64url"));
const text = ece.decrypt(Buffer.from(given.body, "base64url"), {
  version: "aes128gcm",
  privateKey: key,
  authSecret: given.auth,
});
process.stdout.write(text);
