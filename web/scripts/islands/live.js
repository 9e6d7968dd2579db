// Waits for news of a thing and looks at the page again when there are some. The answer
// says what is now, and perhaps where to go.
export function start(box) {
  const { src, since } = box.dataset;
  let seen = box.dataset.state;
  const ask = async () => {
    const query = new URLSearchParams({ seen });
    if (since) query.set("since", since);
    try {
      const answer = await fetch(`${src}?${query}`, { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status);
      const { state, to } = await answer.json();
      if (state !== seen) return location.replace(to || location.href);
      seen = state;
      return ask();
    } catch {
      setTimeout(ask, 3000); // no network, or a server that is being restarted
    }
  };
  ask();
}
