"use strict";
/* Sorting by a column, and opening a linked example that a filter or a fold hides; all else works without scripts. */
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  heads.forEach((head, index) => {
    if (head.matches(".unsorted")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, heads, head, index));
  });
}

function sort(table, heads, head, index) {
  const descending = head.getAttribute("aria-sort") !== "descending";
  heads.forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows].sort((a, b) => order(value(a, index), value(b, index), descending));
  table.tBodies[0].append(...rows);
}

function value(row, index) {
  const text = row.cells[index] && row.cells[index].dataset.v;
  return text === undefined || text === "" ? null : index ? Number(text) : text;
}

function order(a, b, descending) {
  if (a === null || b === null) return (a === null) - (b === null);
  return (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1);
}

/* A closed fold holds its examples in a noscript element, one text to a browser with scripts: a long page opens in half
   the time. The browser fills the folds when it has nothing else to do, so that searching the page finds them. */
function fill(fold) {
  const kept = fold.querySelector(":scope > noscript");
  if (kept) kept.outerHTML = kept.textContent;
}

function fillNext(idle) {
  do {
    const kept = document.querySelector(".fold > noscript");
    if (!kept) return;
    fill(kept.parentElement);
  } while (idle.timeRemaining() > 15);
  whenIdle(fillNext);
}

function unfolded(name) {
  const kept = [...document.querySelectorAll(".fold > noscript")].find((each) => each.textContent.includes(`id="${name}"`));
  if (!kept) return null;
  fill(kept.parentElement);
  if (document.readyState === "complete") location.replace(location.hash);
  return document.getElementById(name);
}

function reveal() {
  const name = decodeURIComponent(location.hash.slice(1));
  const target = document.getElementById(name) || unfolded(name);
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (target.matches(".ex") && !target.checkVisibility()) target.closest(".examples").querySelector("input").checked = true;
  target.scrollIntoView();
}

const whenIdle = window.requestIdleCallback || ((work) => setTimeout(work, 1, { timeRemaining: () => 0 }));
for (const fold of document.querySelectorAll(".fold")) fold.addEventListener("toggle", () => fill(fold));
addEventListener("load", () => whenIdle(fillNext));
addEventListener("hashchange", reveal);
if (location.hash) reveal();
