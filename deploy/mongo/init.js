// Run by mongosh as often as one likes: makes the replica set and an account for each service where they are missing,
// and ends well only when a majority write by each account succeeds.
const { readFileSync } = require("fs");
const secret = (name) => readFileSync(`/run/secrets/${name}`, "utf8").trim();
const address = (user, password, options) =>
  `mongodb://${user}:${encodeURIComponent(password)}@mongo:27017/?authSource=admin&${options}`;

// Its own database, and the people's keys and sessions, which the services of citizens share. Operators look into every
// projection and switch between their versions; people they do not see.
const services = {
  petitions: ["petitions", "people"],
  consultations: ["consultations", "people"],
  notifications: ["notifications", "people"],
  console: ["console", "petitions", "consultations", "notifications"],
  backup: ["people", "notifications"],
};

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

for (const [user, databases] of Object.entries(services)) {
  const roles = databases.flatMap((db) => [
    { role: "readWrite", db },
    { role: "dbAdmin", db },
  ]);
  const pwd = secret(`mongo_password_${user}`);
  // An account that is there gets the password and the roles of today, so that both can be changed.
  if (admin.getUser(user)) admin.updateUser(user, { pwd, roles });
  else admin.createUser({ user, pwd, roles });

  const own = connect(address(user, pwd, "replicaSet=kenes"));
  for (const name of databases) {
    own
      .getSiblingDB(name)
      .getCollection("deploy_check")
      .updateOne({ _id: "init" }, { $set: { at: new Date() } }, { upsert: true, writeConcern: { w: "majority", j: true } });
  }
}
print("replica set and accounts are ready");
