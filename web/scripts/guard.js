// A form is sent once, and its button says what it is doing and keeps its width.
// The server would take the second one for the first anyway; this is for the eye.
export function guard() {
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (!form.matches("form[data-once]") || e.defaultPrevented) return;
    if (form.dataset.sent) return e.preventDefault();
    form.dataset.sent = "1";
    const button = e.submitter ?? form.querySelector("[type=submit]");
    setTimeout(() => { // after the form was read: a disabled button is not sent
      if (!button) return;
      button.dataset.text = button.textContent;
      button.style.minWidth = `${button.offsetWidth}px`;
      button.setAttribute("aria-disabled", "true");
      if (form.dataset.busy) button.textContent = form.dataset.busy;
    });
    setTimeout(() => release(form), 15_000);
  });
  addEventListener("pageshow", (e) => { // back in the same page
    if (e.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled][data-text]")) {
    button.removeAttribute("aria-disabled");
    button.textContent = button.dataset.text;
    delete button.dataset.text;
  }
}
