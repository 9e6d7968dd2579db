// A button that sends where the phone is, asked for at that moment and kept nowhere else.
export function start(button) {
  if (!navigator.geolocation) return;
  const form = button.closest("form"), says = form.querySelector("[data-here-says]");
  button.hidden = false;
  button.addEventListener("click", (e) => {
    if (form.elements.where.value) return;
    e.preventDefault();
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.where.value = `${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`;
        button.disabled = false;
        form.requestSubmit(button);
      },
      () => {
        button.disabled = false;
        says.textContent = button.dataset.none;
        says.hidden = false;
      },
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 0 },
    );
  });
}
