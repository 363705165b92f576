// Sorting by any column, and the filter.
(() => {
  const table = document.querySelector(".accounts");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, text: (row.cells[0].textContent + " " + row.lastElementChild.textContent).toLowerCase() }));
  const heads = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator(undefined, { numeric: true });

  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const numeric = "number" in head.dataset;
      // Numbers begin with the highest, which is what one looks for.
      const was = head.getAttribute("aria-sort");
      const order = was ? (was === "ascending" ? "descending" : "ascending") : (numeric ? "descending" : "ascending");
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const value = ({ row }) => row.cells[column].dataset.value;
      const compare = numeric ? (a, b) => value(a) - value(b) : (a, b) => collator.compare(value(a), value(b));
      rows.sort((a, b) => (order === "ascending" ? compare(a, b) : compare(b, a)));
      body.append(...rows.map(({ row }) => row));
      const texts = head.querySelector("button");
      page.say({
        en: "Sorted by " + texts.querySelector(".en").textContent + ", " + order + ".",
        ja: texts.querySelector(".ja").textContent + "の" + (order === "ascending" ? "昇順" : "降順") + "に並べ替えました。",
      });
    });
  });

  const filter = document.getElementById("filter");
  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach(({ row, text }) => {
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    });
    document.getElementById("shown").textContent = page.inLanguage({
      en: shown + " of " + rows.length + " shown",
      ja: rows.length + " 件中 " + shown + " 件を表示",
    });
  };
  filter.addEventListener("input", show);
  page.inEachLanguage(show);
})();
