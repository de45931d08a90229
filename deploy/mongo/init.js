// Run by mongosh as often as one likes: makes the replica set and the account of the services where they are missing,
// and ends well only when a majority write by that account succeeds.
const { readFileSync } = require("fs");
const secret = (name) => readFileSync(`/run/secrets/${name}`, "utf8").trim();
const address = (user, password, options) =>
  `mongodb://${user}:${encodeURIComponent(password)}@mongo:27017/?authSource=admin&${options}`;
const databases = ["petitions", "consultations", "people"];

const root = connect(address("root", secret("mongo_root_password"), "directConnection=true"));
const admin = root.getSiblingDB("admin");

try {
  admin.runCommand({ replSetGetStatus: 1 });
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  admin.runCommand({ replSetInitiate: { _id: "kenes", members: [{ _id: 0, host: "mongo:27017" }] } });
}
for (let tries = 0; !admin.hello().isWritablePrimary; tries++) {
  if (tries === 60) throw new Error("no primary after 60 s");
  sleep(1000);
}

const roles = databases.flatMap((db) => [
  { role: "readWrite", db },
  { role: "dbAdmin", db },
]);
const pwd = secret("mongo_password");
// An account that is there gets the password and the roles of today, so that both can be changed.
if (admin.getUser("kenes")) admin.updateUser("kenes", { pwd, roles });
else admin.createUser({ user: "kenes", pwd, roles });

const own = connect(address("kenes", pwd, "replicaSet=kenes"));
for (const name of databases) {
  own
    .getSiblingDB(name)
    .getCollection("deploy_check")
    .updateOne({ _id: "init" }, { $set: { at: new Date() } }, { upsert: true, writeConcern: { w: "majority", j: true } });
}
print("replica set and account are ready");
