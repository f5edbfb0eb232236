// Random policies and requests: the decisions of a second evaluator beside ours.
// Run by test_policies.py: node policy_oracle.mjs SEED CASES PROGRAM
// The same seed makes the same cases.

import { spawnSync } from "node:child_process";
import { anonymousPrincipal, runSimulation } from "@cloud-copilot/iam-simulate";

const [seed, count, program] = process.argv.slice(2);
const OWN = "111122223333";
const OTHER = "444455556666";

// mulberry32: small, and the same everywhere.
let state = Number(seed) >>> 0;
const random = () => {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const chance = (share) => random() < share;
const some = (list, most) =>
  Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(list));
const oneOrList = (values) => (values.length === 1 && chance(0.5) ? values[0] : values);

const principals = (account) => [
  `arn:aws:iam::${account}:user/alice`,
  `arn:aws:iam::${account}:user/bob`,
  `arn:aws:iam::${account}:root`,
  `arn:aws:sts::${account}:assumed-role/reader/nightly`,
  `arn:aws:sts::${account}:federated-user/guest`,
];
const CALLERS = [...principals(OWN), ...principals(OTHER), "anonymous"];
const NAMED = [
  ...CALLERS.filter((caller) => caller !== "anonymous"),
  `arn:aws:iam::${OWN}:role/reader`,
  `arn:aws:iam::${OTHER}:role/reader`,
  OWN,
  OTHER,
];
const ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
const ACTION_PATTERNS = [...ACTIONS, "s3:*", "*", "s3:Get*", "s3:?etObject", "iam:*", "S3:GETOBJECT"];
const RESOURCES = ["plum", "home/alice/1", "home/bob/1", "a:b", "b/"].map(
  (key) => `arn:aws:s3:::jam/${key}`,
);
const RESOURCE_PATTERNS = [
  ...RESOURCES,
  "*",
  "arn:aws:s3:::jam/*",
  "arn:aws:s3:::*",
  "arn:aws:s3:::jam",
  "arn:aws:s3:::j?m/home/*/1",
  "arn:aws:s3:::jam/home/${aws:username}/*",
  "arn:aws:s3:::jam/home/${aws:username, 'alice'}/*",
  "arn:aws:s3:::jam/${*}",
  "arn:*:s3:*:*:jam/*",
  "arn:aws:sqs:::jam/*",
];
// A network of no bits and a ? in an ARN condition are left to our own tables, too: the other takes
// 0.0.0.0/0 for no address and the ? for itself.
// Each key with the operators of its type, values for policies and values for requests.
const STRINGS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"];
STRINGS.push("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase");
const NUMBERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan"].map(
  (order) => `Numeric${order}`,
);
const DATES = ["Equals", "NotEquals", "LessThan", "GreaterThanEquals"].map((o) => `Date${o}`);
const ADDRESSES = ["10.1.2.3", "11.1.2.3", "203.0.113.9"];
const KEYS = [
  ["aws:UserAgent", STRINGS, ["curl", "c*", "CURL", "${aws:username}", "aws*"], ["curl", "alice", "c*"]],
  ["aws:SourceIp", ["IpAddress", "NotIpAddress"], ["10.0.0.0/8", "203.0.113.9", "203.0.112.0/23"], ADDRESSES],
  ["aws:SecureTransport", ["Bool"], ["true", "false"], ["true", "false"]],
  ["aws:CurrentTime", DATES, ["2026-11-28T00:00:00Z", "2026-01-01T00:00:00Z"], ["2026-11-28T00:00:00Z"]],
  ["aws:EpochTime", NUMBERS, ["1700000000", "1800000000"], ["1700000000", "1750000000"]],
  ["aws:SourceArn", ["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"],
    ["arn:aws:sns:*:*:topic", "arn:aws:s3:::*", "arn:aws:sns:eu-west-1:1*:t*c"],
    ["arn:aws:sns:eu-west-1:111122223333:topic", "arn:aws:s3:::jam"]],
];
const TAG_KEYS = ["team", "cost", "x"];

const condition = () => {
  if (chance(0.2)) {
    // ForAnyValue:...IfExists is left to our own tables: of a missing key the other says false.
    const [quantifier, ending] = pick([
      ["ForAllValues:", ""],
      ["ForAllValues:", "IfExists"],
      ["ForAnyValue:", ""],
    ]);
    const name = quantifier + pick(STRINGS) + ending;
    return [name, "aws:TagKeys", oneOrList(some(["team", "c*", "cost", "x"], 2))];
  }
  const [key, operators, values] = pick(KEYS);
  if (chance(0.1)) {
    return ["Null", key, pick(["true", "false"])];
  }
  const name = pick(operators) + (chance(0.2) ? "IfExists" : "");
  return [name, chance(0.2) ? key.toLowerCase() : key, oneOrList(some(values, 2))];
};

const statement = (principal) => {
  const made = { Effect: chance(0.7) ? "Allow" : "Deny" };
  // A bucket's policy with another service's action is refused when it is put.
  const patterns = ACTION_PATTERNS.filter((pattern) => !principal || pattern !== "iam:*");
  made[chance(0.1) ? "NotAction" : "Action"] = oneOrList(some(patterns, 2));
  made[chance(0.1) ? "NotResource" : "Resource"] = oneOrList(some(RESOURCE_PATTERNS, 2));
  for (let left = chance(0.5) ? 1 + Math.floor(random() * 2) : 0; left > 0; left -= 1) {
    const [operator, key, values] = condition();
    made.Condition = { ...made.Condition, [operator]: { [key]: values } };
  }
  if (principal) {
    const named = chance(0.25) ? "*" : { AWS: oneOrList(some(NAMED, 2)) };
    made.Principal = named;
  }
  return made;
};

const policy = (principal = false) => ({
  Version: "2012-10-17",
  Statement: Array.from({ length: 1 + Math.floor(random() * 3) }, () => statement(principal)),
});

const requestKeys = (caller) => {
  const keys = {};
  for (const [key, , , values] of KEYS) {
    if (chance(0.6)) {
      keys[key] = pick(values);
    }
  }
  if (chance(0.5)) {
    keys["aws:TagKeys"] = some(TAG_KEYS, 2);
  }
  const user = caller.match(/:user\/(.*)$/);
  if (user) {
    keys["aws:username"] = user[1];
  }
  return keys;
};

const make = () => {
  const principal = pick(CALLERS);
  const isAnonymous = principal === "anonymous";
  const isSession = /assumed-role|federated/.test(principal);
  const isRoot = principal.endsWith(":root");
  const list = () => Array.from({ length: Math.floor(random() * 3) }, () => policy());
  return {
    principal,
    action: pick(ACTIONS),
    resource: pick(RESOURCES),
    account: OWN,
    keys: requestKeys(principal),
    identity: isAnonymous || isRoot ? [] : list(),
    boundary: !isAnonymous && !isRoot && chance(0.2) ? policy() : undefined,
    session: isSession && chance(0.5) ? policy() : undefined,
    resource_policy: chance(0.6) ? policy(true) : undefined,
  };
};

// What a root may do in its own account has no policy that the other could be given.
const ALL = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } };

const theirs = async (made) => {
  const isRoot = made.principal.endsWith(":root");
  const identity = isRoot ? [ALL] : made.identity;
  const result = await runSimulation(
    {
      request: {
        principal: made.principal === "anonymous" ? anonymousPrincipal : made.principal,
        action: made.action,
        resource: { resource: made.resource, accountId: made.account },
        contextVariables: made.keys,
      },
      identityPolicies: identity.map((document, at) => ({ name: `p${at}`, policy: document })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: made.resource_policy,
      sessionPolicy: made.session,
      permissionBoundaryPolicies: made.boundary && [{ name: "b", policy: made.boundary }],
    },
    {},
  );
  if (result.resultType === "error") {
    return `error ${JSON.stringify(result.errors)}`;
  }
  const words = { Allowed: "allow", ExplicitlyDenied: "deny", ImplicitlyDenied: "none" };
  return words[result.overallResult] ?? result.overallResult;
};

const cases = Array.from({ length: Number(count) }, make);
const lines = cases.map((made) =>
  JSON.stringify({
    ...made,
    identity: made.identity.map((document) => JSON.stringify(document)),
    boundary: made.boundary && JSON.stringify(made.boundary),
    session: made.session && JSON.stringify(made.session),
    resource_policy: made.resource_policy && JSON.stringify(made.resource_policy),
  }),
);
const ours = spawnSync(program, [], { input: lines.join("\n"), maxBuffer: 1 << 28 });
const decisions = ours.stdout.toString().trimEnd().split("\n");
if (decisions.length !== cases.length) {
  console.error(`${decisions.length} decisions of ${cases.length}: ${ours.stderr}`);
  process.exit(2);
}

// Where they differ and AWS's text decides for ours.
const explained = (made, ours, other) => {
  const isFederated = made.principal.includes("federated-user");
  if (isFederated && !made.session && ours === "none" && other === "allow") {
    return "a federated session without session policies has no rights of its own";
  }
  const isGranted = made.session && made.resource_policy;
  if (isGranted && ours === "allow" && other === "none") {
    return "an Allow for the session itself, or for everybody, is not limited by its policies";
  }
  return undefined;
};

const counts = {};
const reasons = {};
let differing = 0;
for (const [at, made] of cases.entries()) {
  const other = await theirs(made);
  const word = other.split(" ")[0];
  counts[word] = (counts[word] ?? 0) + 1;
  if (other === decisions[at]) {
    continue;
  }
  const reason = explained(made, decisions[at], other);
  if (reason) {
    reasons[reason] = (reasons[reason] ?? 0) + 1;
    continue;
  }
  differing += 1;
  if (differing <= 20) {
    console.log(JSON.stringify({ at, ours: decisions[at], theirs: other, case: made }));
  }
}
console.log(`explained: ${JSON.stringify(reasons)}`);
console.log(`${cases.length} cases, ${JSON.stringify(counts)}, ${differing} differ`);
process.exit(differing > 0 ? 1 : 0);
