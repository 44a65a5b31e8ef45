"use strict";
/* Sorting by a column, and opening a linked example that a filter or a fold hides; all else works without scripts. */
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  heads.forEach((head, index) => {
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

function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (target.matches(".ex") && !target.checkVisibility()) target.closest(".examples").querySelector("input").checked = true;
  target.scrollIntoView();
}
addEventListener("hashchange", reveal);
if (location.hash) reveal();
