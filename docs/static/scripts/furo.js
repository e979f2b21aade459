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

// What the theme leaves out for those who hear a page, or have no mouse.
function help() {
  for (const caption of document.querySelectorAll(".caption[role=heading]"))
    caption.setAttribute("aria-level", "2");
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "Pages");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
  for (const box of document.querySelectorAll("pre, .table-wrapper"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}

document.addEventListener("DOMContentLoaded", () => {
  help();
  document.documentElement.classList.remove("no-js"); // which hides the button
  show(looks.includes(document.body.dataset.theme) ? document.body.dataset.theme : "auto");
  for (const button of document.getElementsByClassName("theme-toggle"))
    button.addEventListener("click", change);
});
