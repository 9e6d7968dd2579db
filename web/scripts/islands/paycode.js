// The code that turns, made on the phone: no network is needed. What is hashed is what
// internal/module/paycode hashes.
import qrcode from "qrcode-generator";

export async function start(box) {
  const { handle, secret, turn, ahead, label, until } = box.dataset;
  const seconds = Number(turn);
  const clock = () => Date.now() + Number(ahead);
  const key = await crypto.subtle.importKey("raw", bytes(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const end = async (what, at, fen, digits) => {
    const said = new TextEncoder().encode(`gongyi ${what} ${Math.floor(at / 1000 / seconds)} ${fen}`);
    const sum = new DataView(await crypto.subtle.sign("HMAC", key, said));
    return (sum.getBigUint64(24) % 10n ** BigInt(digits)).toString().padStart(digits, "0");
  };
  const show = async () => {
    const now = clock();
    const code = handle + await end("till", now, 0, 8);
    draw(box.querySelector("svg.qr"), code, label);
    box.querySelectorAll(".fours span").forEach((four, i) => { four.textContent = code.slice(4 * i, 4 * i + 4); });
    const over = (Math.floor(now / 1000 / seconds) + 1) * seconds * 1000;
    const note = box.querySelector("p.small");
    if (note) note.textContent = until.replace("{t}", new Date(over - Number(ahead)).toLocaleTimeString("en-GB"));
    setTimeout(show, over - now + 50);
  };
  await show();
  consent(end, clock);
}

// consent makes the six digits for an amount that she types.
function consent(end, clock) {
  const form = document.querySelector("[data-consent]");
  const out = form?.querySelector("[data-digits]");
  if (!form) return;
  const field = form.elements.amount;
  const say = async () => {
    const fen = toFen(field.value);
    out.textContent = fen > 0 ? (await end("consent", clock(), fen, 6)).replace(/(...)(...)/, "$1 $2") : "";
  };
  field.addEventListener("input", say);
  form.addEventListener("submit", (e) => { e.preventDefault(); say(); });
  setInterval(say, 5000);
}

// toFen reads an amount with two decimals at most, 0 if it is none.
export function toFen(text) {
  const [, whole, part = ""] = /^\s*(\d{1,9})(?:\.(\d{1,2}))?\s*$/.exec(text) || [];
  return whole === undefined ? 0 : Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g), (b) => parseInt(b, 16));
}

// draw puts the picture of a code where the page's own was.
function draw(svg, text, label) {
  const qr = qrcode(0, "M");
  qr.addData(text, "Numeric");
  qr.make();
  const n = qr.getModuleCount();
  let path = "";
  for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) if (qr.isDark(y, x)) path += `M${x + 4} ${y + 4}h1v1h-1z`;
  svg.setAttribute("viewBox", `0 0 ${n + 8} ${n + 8}`);
  svg.setAttribute("aria-label", label);
  svg.querySelector("path").setAttribute("d", path);
}
