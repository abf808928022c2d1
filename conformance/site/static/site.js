// The filters of the front page. Without scripts the whole matrix is there.
"use strict";
const form = document.querySelector(".filters");
const table = document.querySelector(".requirements");
const JUDGED = ["violates", "deviates", "not-offered", "conforms"];
const rows = [...table.querySelectorAll("tbody tr[data-level]")].map((row) => ({
  row,
  rfc: row.parentElement.dataset.rfc,
  level: row.dataset.level,
  topic: row.dataset.topic,
  cells: [...row.querySelectorAll("td[data-f]")].map((cell) => ({
    cell,
    merged: cell.className,
    families: cell.dataset.f.split(" "),
    cases: cell.dataset.c?.split(" "),
    link: cell.firstElementChild?.getAttribute("href"),
    title: cell.firstElementChild?.title,
  })),
}));
const heads = [...table.querySelectorAll("th.stack")];

function wanted() {
  const value = (name) => form.elements[name].value;
  return {
    rfc: value("rfc"), level: value("level"), topic: value("topic"), family: value("family"),
    stack: value("stack"), verdict: value("verdict").replace(" ", "-"), differ: form.elements.differ.checked,
  };
}

// What a family has of its own is told in colour, in words and by where the cell leads.
function show(one) {
  for (const { cell, merged, families, cases, link, title } of one.cells) {
    const word = family === "" ? merged : families[Number(family)];
    const inside = cell.firstElementChild;
    if (cell.className !== word) {
      cell.className = word;
      (inside ?? cell).textContent = SIGNS[word];
    }
    if (!inside) continue;
    const words = word.replace("-", " ");
    inside.setAttribute("aria-label", words);
    inside.title = word === merged ? title : `${title.split(": ")[0]}: ${words}`;
    const file = family !== "" && cases?.[Number(family)];
    inside.setAttribute("href", file ? `${file}#${link.split("#")[1]}` : link);
  }
}

function differs(one) {
  return new Set(one.cells.map(({ cell }) => cell.className).filter((word) => JUDGED.includes(word))).size > 1;
}

let family = ""; // whose verdicts are shown

function apply() {
  const want = wanted();
  let shown = 0;
  if (want.family !== family) {
    family = want.family;
    for (const one of rows) show(one);
  }
  for (const one of rows) {
    const looked = want.stack === "" ? one.cells : [one.cells[Number(want.stack)]];
    const fits =
      (!want.rfc || one.rfc === want.rfc) && (!want.level || one.level === want.level) &&
      (!want.topic || one.topic === want.topic) && (!want.differ || differs(one)) &&
      (!want.verdict || looked.some(({ cell }) => cell.className === want.verdict));
    one.row.hidden = !fits;
    shown += fits;
    one.cells.forEach(({ cell }, at) => { cell.hidden = want.stack !== "" && at !== Number(want.stack); });
  }
  heads.forEach((head, at) => { head.hidden = want.stack !== "" && at !== Number(want.stack); });
  for (const body of table.tBodies) {
    body.hidden = ![...body.querySelectorAll("tr[data-level]")].some((row) => !row.hidden);
  }
  form.elements.shown.textContent = `${shown} of ${rows.length} requirements`;
  const query = new URLSearchParams(Object.entries({ ...want, differ: want.differ ? "1" : "" }).filter(([, text]) => text));
  history.replaceState(null, "", `${query.size ? `?${query}` : location.pathname}${location.hash}`);
}

for (const [name, text] of new URLSearchParams(location.search)) {
  const field = form.elements[name];
  if (!field) continue;
  if (field.type === "checkbox") field.checked = text === "1";
  else field.value = name === "verdict" ? text.replace("-", " ") : text;
}
form.addEventListener("input", apply);
form.addEventListener("submit", (event) => event.preventDefault());
apply();
