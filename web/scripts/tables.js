// Filters of a table are sent when they change; typing is sent when it is done.
export function tables() {
  document.addEventListener("change", (e) => {
    const form = e.target.closest("form[data-auto]");
    if (form && e.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });
}
