// In place of the theme's own script, which Debian 12 ships in a form that no browser runs: the button that changes
// between the looks, light, dark and that of the system, and keeps the choice.
"use strict";

const looks = ["auto", "light", "dark"];

function show(look) {
  document.body.dataset.theme = look;
  for (const button of document.getElementsByClassName("theme-toggle"))
    button.setAttribute("aria-label", `Look: ${look}. Change it`);
}

function change() {
  const next = looks[(looks.indexOf(document.body.dataset.theme) + 1) % looks.length];
  try {
    localStorage.setItem("theme", next);
  } catch {
    // Where nothing may be kept, it lasts as long as the page.
  }
  show(next);
}

document.addEventListener("DOMContentLoaded", () => {
  document.documentElement.classList.remove("no-js"); // which hides the button
  show(looks.includes(document.body.dataset.theme) ? document.body.dataset.theme : "auto");
  for (const button of document.getElementsByClassName("theme-toggle"))
    button.addEventListener("click", change);
});
