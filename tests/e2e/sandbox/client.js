// A CDS Client in a browser, which asks as the public CDS Hooks Sandbox does: a token of its own on every call, also for discovery and
// feedback; prefetch filled from the FHIR server by POST to _search; no fhirAuthorization, no encounterId; detail shown with its HTML.
"use strict";

const ISSUER = "https://sandbox.cds-hooks.org";
const USER = "Practitioner/COREPRACTITIONER1";
const at = (id) => document.getElementById(id);

let site; // {cds, fhir, patient, key, kid}: addresses, the patient in context, the private key (JWK) and its id
let drafts = [];

/** Begin with a patient: ask every service at patient-view. */
async function open(given) {
  site = given;
  drafts = [];
  await ask("patient-view", {});
}

/** Draft orders, and ask every service at order-select or order-sign about them. */
async function order(hook, resources) {
  drafts = resources;
  const context = { draftOrders: { resourceType: "Bundle", entry: drafts.map((resource) => ({ resource })) } };
  if (hook === "order-select") {
    context.selections = drafts.map((draft) => `${draft.resourceType}/${draft.id}`);
  }
  await ask(hook, context);
}

async function ask(hook, more) {
  at("cards").replaceChildren();
  say("asking");
  showDrafts();
  const context = { patientId: site.patient, userId: USER, ...more };
  const { services } = await (await call(`${site.cds}/cds-services`)).json();
  for (const service of services.filter((one) => one.hook === hook)) {
    const url = `${site.cds}/cds-services/${service.id}`;
    const prefetch = await filled(service.prefetch ?? {}, context);
    const answer = await call(url, { hookInstance: crypto.randomUUID(), hook, fhirServer: site.fhir, context, prefetch });
    const body = await answer.json();
    for (const card of body.cards ?? []) {
      at("cards").append(await shown(card, url));
    }
    say(`${answer.status}: ${body.cards?.length ?? 0} cards`);
  }
}

/** A call to the CDS Service: GET, or POST of a body. */
async function call(url, body) {
  const headers = { Authorization: `Bearer ${await token(url)}` };
  if (body === undefined) {
    return fetch(url, { headers });
  }
  return fetch(url, { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function token(audience) {
  const issued = Math.ceil(Date.now() / 1000); // up: the service's clock may be a moment behind
  const head = { alg: "ES384", typ: "JWT", kid: site.kid, jku: `${ISSUER}/.well-known/jwks.json` };
  const claims = { iss: ISSUER, aud: audience, iat: issued, exp: issued + 300, jti: crypto.randomUUID() };
  const signed = [head, claims].map((part) => base64url(new TextEncoder().encode(JSON.stringify(part)))).join(".");
  const key = await crypto.subtle.importKey("jwk", site.key, { name: "ECDSA", namedCurve: "P-384" }, false, ["sign"]);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-384" }, key, new TextEncoder().encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What the FHIR server has for each template; a key whose template cannot be filled, or that fails, is left out. */
async function filled(templates, context) {
  const found = {};
  for (const [key, template] of Object.entries(templates)) {
    const query = template.replace(/{{context\.(\w+)}}/g, (whole, name) => (typeof context[name] === "string" ? context[name] : whole));
    const answer = query.includes("{{") ? null : await read(query);
    if (answer?.ok) {
      found[key] = await answer.json();
    }
  }
  return found;
}

async function read(query) {
  const headers = { Accept: "application/json+fhir" };
  const [type, parameters] = query.split("?");
  if (parameters !== undefined) {
    const body = new URLSearchParams(parameters); // sent as a form
    const answer = await fetch(`${site.fhir}/${type}/_search`, { method: "POST", headers, body });
    if (answer.ok) {
      return answer;
    }
  }
  return fetch(`${site.fhir}/${query}`, { headers });
}

async function shown(card, url) {
  const article = made("article", { className: card.indicator });
  const detail = made("div", { className: "detail" });
  // Markdown in which HTML is alive, as in the sandbox
  detail.innerHTML = await (await fetch(`render?${new URLSearchParams({ markdown: card.detail ?? "" })}`)).text();
  article.append(made("h2", { textContent: card.summary }), made("p", { textContent: `Source: ${card.source.label}` }), detail);
  const links = made("nav");
  for (const link of card.links ?? []) {
    links.append(made("a", { textContent: link.label, href: link.url, target: "_blank" }));
  }
  const choices = made("nav");
  for (const suggestion of card.suggestions ?? []) {
    choices.append(made("button", { textContent: suggestion.label, onclick: () => accept(card, suggestion, url, article) }));
  }
  article.append(links, choices, dismissal(card, url, article));
  return article;
}

function dismissal(card, url, article) {
  const reasons = made("select", { ariaLabel: "reason" });
  for (const reason of card.overrideReasons ?? []) {
    reasons.append(made("option", { textContent: reason.display, value: reason.code }));
  }
  const dismiss = made("button", { textContent: "Dismiss" });
  dismiss.onclick = async () => {
    const chosen = (card.overrideReasons ?? []).find((reason) => reason.code === reasons.value);
    const overrideReason = chosen && { reason: { code: chosen.code, system: chosen.system } };
    await report(url, { card: card.uuid, outcome: "overridden", ...(overrideReason && { overrideReason }) });
    article.remove();
  };
  const row = made("nav");
  row.append(reasons, dismiss);
  return row;
}

async function accept(card, suggestion, url, article) {
  for (const action of suggestion.actions ?? []) {
    if (action.type === "create") {
      drafts.push({ id: crypto.randomUUID(), ...action.resource });
    } else if (action.type === "delete") {
      drafts = drafts.filter((draft) => `${draft.resourceType}/${draft.id}` !== action.resourceId);
    }
  }
  showDrafts();
  await report(url, { card: card.uuid, outcome: "accepted", acceptedSuggestions: [{ id: suggestion.uuid }] });
  article.remove();
}

async function report(url, feedback) {
  const answer = await call(`${url}/feedback`, { feedback: [{ ...feedback, outcomeTimestamp: new Date().toISOString() }] });
  say(`feedback ${feedback.outcome}: ${answer.status}`);
}

function showDrafts() {
  at("drafts").textContent = drafts.map((draft) => `${draft.resourceType} ${draft.intent ?? ""}`.trim()).join(", ") || "none";
}

function say(text) {
  at("status").textContent = text;
}

function made(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

window.client = { open, order };
