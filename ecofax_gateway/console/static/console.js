/*
 * What the console's pages do besides htmx. Every page works without it, except that
 * progress is then seen by reloading.
 */

"use strict";

/* A form that is on its way is not sent twice by a second click. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.querySelectorAll("button").forEach((button) => {
    button.setAttribute("aria-disabled", "true");
  });
});

/* Back from the next page: the form may be sent again. */
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => {
      button.removeAttribute("aria-disabled");
    });
  });
});

/* <button type="button" data-copy="id of what is copied" data-copied="words after"> */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(
    document.getElementById(button.dataset.copy).textContent.trim(),
  );
  button.textContent = button.dataset.copied;
});
