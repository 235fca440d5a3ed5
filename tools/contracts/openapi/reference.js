"use strict";
const search = document.getElementById("search");
const entries = [...document.querySelectorAll("[data-search]")];
const groups = [...document.querySelectorAll("[data-group]")];

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const entry of entries) {
    entry.hidden = !words.every((word) => entry.dataset.search.includes(word));
  }
  for (const group of groups) {
    group.hidden = words.length > 0 && !group.querySelector("[data-search]:not([hidden])");
  }
  document.getElementById("nothing").hidden = groups.some((group) => !group.hidden);
}

function paint(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

function stored(value) {
  // Storage can be forbidden; the page then follows the system.
  try {
    if (value) localStorage.setItem("theme", value);
    return localStorage.getItem("theme");
  } catch {
    return value;
  }
}

search.addEventListener("input", filter);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    filter();
    search.blur();
  }
});
document.getElementById("theme").addEventListener("click", () => {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const now = document.documentElement.dataset.theme ?? system;
  paint(stored(now === "dark" ? "light" : "dark"));
});
paint(stored(null));

const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
const watcher = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    links.get(target.id)?.classList.toggle("here", isIntersecting);
  }
}, { rootMargin: "-10% 0px -80% 0px" });
document.querySelectorAll("article.operation").forEach((article) => watcher.observe(article));
