// Reads a code with the camera: into a field, or to the page that the code leads to.
export function start(box) {
  const { into, words, none, stop } = box.dataset;
  const field = into && document.getElementById(into);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn block";
  button.textContent = words;
  box.hidden = false;
  box.append(button);
  let stream;
  const close = () => {
    stream?.getTracks().forEach((t) => t.stop());
    stream = undefined;
    box.querySelector("video")?.remove();
    button.textContent = words;
  };
  const found = (text) => {
    close();
    if (field) {
      field.value = text;
      field.form.requestSubmit();
      return;
    }
    const to = URL.canParse(text) ? new URL(text) : null;
    if (to && to.origin === location.origin) location.assign(to.pathname + to.search);
    else say(text);
  };
  const say = (text) => {
    const p = box.querySelector("p") || box.appendChild(document.createElement("p"));
    p.className = "small";
    p.textContent = text;
  };
  button.addEventListener("click", async () => {
    if (stream) return close();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      return say(none);
    }
    button.textContent = stop;
    const video = document.createElement("video");
    Object.assign(video, { srcObject: stream, muted: true, playsInline: true });
    box.append(video);
    await video.play();
    look(video, () => stream, found);
  });
  if ("open" in box.dataset) button.click();
}

// look reads picture after picture until it has read a code or the camera is closed.
function look(video, on, found) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const detector = "BarcodeDetector" in window ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  const reader = detector ? null : import("jsqr"); // only browsers that cannot read codes themselves load it
  const next = async () => {
    if (!on()) return;
    let text = "";
    if (detector) text = (await detector.detect(video).catch(() => []))[0]?.rawValue || "";
    else if (video.videoWidth) {
      const [w, h] = [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
      pen.drawImage(video, 0, 0, w, h);
      text = (await reader).default(pen.getImageData(0, 0, w, h).data, w, h, { inversionAttempts: "dontInvert" })?.data || "";
    }
    if (text) return found(text);
    setTimeout(next, 120);
  };
  next();
}
