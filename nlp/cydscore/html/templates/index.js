// The list works without this: it adds searching and sorting, and keeps only so many rows on the page.
// Until the rows are counted they are not laid out, which thousands of them would take seconds for.
document.documentElement.classList.add("counting");
addEventListener("DOMContentLoaded", () => {
  "use strict";
  const STEP = 200;
  const table = document.getElementById("filings");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const contradicted = heads.findIndex((head) => head.textContent === "Contradicted");
  const rows = [...body.rows].map((row) => {
    const cells = [...row.cells].map((cell) => cell.textContent);
    return { row, cells, text: (cells.slice(0, 3).join(" ") + " " + row.dataset.key).toLowerCase() };
  });
  let shown = rows;
  let upTo = STEP;
  let column = 0;
  let rising = true;
  const search = document.getElementById("search");
  const form = document.getElementById("form");
  const verdict = document.getElementById("verdict");
  const status = document.getElementById("shown");
  const more = document.getElementById("more");
  const collator = new Intl.Collator("en", { sensitivity: "base" });
  const count = (n) => n.toLocaleString("en");
  const show = () => {
    body.replaceChildren(...shown.slice(0, upTo).map((item) => item.row));
    more.hidden = upTo >= shown.length;
    status.textContent = (shown.length === rows.length ? "" : count(shown.length) + " of ") + count(rows.length) + " filings";
  };
  const fits = {
    "": () => true,
    contradicted: (cells) => Number(cells[contradicted]) > 0,
    unsupported: (cells) => Number(cells[contradicted + 1]) > 0,
    clean: (cells) => !Number(cells[contradicted]) && !Number(cells[contradicted + 1]),
  };
  const update = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = rows.filter(({ text, cells }) =>
      words.every((word) => text.includes(word)) && (!form.value || cells[1] === form.value) && fits[verdict.value](cells));
    upTo = STEP;
    show();
  };
  const sort = () => {
    const number = heads[column].dataset.kind === "number";
    const sense = rising ? 1 : -1;
    rows.sort((a, b) => {
      const [x, y] = [a.cells[column], b.cells[column]];
      if (!number) return sense * collator.compare(x, y);
      const [p, q] = [Number.parseFloat(x), Number.parseFloat(y)];
      if (Number.isNaN(p) || Number.isNaN(q)) return Number.isNaN(p) - Number.isNaN(q);
      return sense * (p - q);
    });
    heads.forEach((head, i) => {
      if (i === column) head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    update();
  };
  heads.forEach((head, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      rising = column === i ? !rising : head.dataset.kind === "text";
      column = i;
      sort();
    });
  });
  search.addEventListener("input", update);
  form.addEventListener("change", update);
  verdict.addEventListener("change", update);
  more.addEventListener("click", () => { upTo += STEP; show(); });
  addEventListener("pageshow", update); // a browser that comes back fills in what was chosen
  document.querySelector(".tools").hidden = false;
  heads[0].setAttribute("aria-sort", "ascending");
  show();
  document.documentElement.classList.remove("counting");
});
