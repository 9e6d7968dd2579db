// A button that makes a passkey (data-kind="create") or signs in with one ("get").
// It stays hidden where the browser knows no passkeys.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// ready turns what JSON can carry into what the browser wants.
function ready(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials]) for (const c of list ?? []) c.id = bytes(c.id);
  return options;
}

// plain turns what the browser gives into what JSON can carry.
function plain(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  if (made.response.getTransports) response.transports = made.response.getTransports();
  return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: made.getClientExtensionResults() };
}

async function send(address, body) {
  const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json", "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail);
  return told;
}

export function start(button) {
  if (!window.PublicKeyCredential) return;
  const { kind, question, answer, failed } = button.dataset;
  const says = document.getElementById(button.dataset.says);
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = button.dataset.name && document.getElementById(button.dataset.name);
    if (field && !field.reportValidity()) return;
    button.disabled = true;
    says.textContent = "";
    try {
      const { publicKey } = await send(question, {});
      const made = await navigator.credentials[kind]({ publicKey: ready(publicKey) });
      const { to } = await send(answer, { name: field?.value ?? "", passkey: plain(made) });
      location.assign(to);
    } catch (e) {
      says.textContent = e instanceof DOMException ? failed : e.message;
      button.disabled = false;
    }
  });
}
