// One key each, unless a text is being edited or a modifier is held; Escape leaves a text.
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLTextAreaElement;
  if (typing && event.key === "Escape") { event.target.blur(); return; }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const keys = { a: "accepted", r: "rejected", s: "skip", u: "undo", q: "quit" };
  if (event.key === "e") { event.preventDefault(); document.getElementById("response")?.focus(); return; }
  const button = document.querySelector(`button[value="${keys[event.key] ?? ""}"]`);
  if (button) { event.preventDefault(); button.click(); }
});
