// The switch for all code, remembered; the button that prints; the filter of long lists. Pages are whole without it.
document.addEventListener("DOMContentLoaded", () => {
  const code = document.getElementById("show-code");
  if (code) {
    try { code.checked = localStorage.getItem("show-code") === "yes"; } catch { /* storage is off: nothing is remembered */ }
    code.addEventListener("change", () => {
      try { localStorage.setItem("show-code", code.checked ? "yes" : "no"); } catch { /* as above */ }
    });
  }
  for (const button of document.querySelectorAll(".print-page")) button.addEventListener("click", () => print());

  if (typeof Search !== "undefined" && Search.hasIndex()) { // Sphinx asks for half a title; here a word of it leads to the section
    const { docnames, filenames, titles, alltitles } = Search._index, findPages = Search.performTermsSearch;
    const asked = new URLSearchParams(location.search).get("q") ?? "";
    Search.performTermsSearch = (words, without) => {
      const sections = !words.size ? [] : Object.entries(alltitles).flatMap(([title, places]) => places
        .filter(([, anchor]) => anchor && [...words].every((word) => title.toLowerCase().includes(word)))
        .map(([file, anchor]) => [docnames[file], `${titles[file]} > ${title}`, `#${anchor}`, null, Scorer.title + 1, filenames[file], "title"]));
      const pages = findPages(words, without); // a page opens at the words, where the browser can
      for (const page of pages) page[2] ||= `#:~:text=${encodeURIComponent(asked.trim())}`;
      return [...pages, ...sections];
    };
  }

  for (const filter of document.querySelectorAll("input.row-filter")) {
    const rows = [...document.querySelectorAll("article table tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
    const count = filter.closest("p").querySelector("output");
    filter.addEventListener("input", () => {
      const asked = filter.value.trim().toLowerCase();
      for (const [row, words] of rows) row.hidden = !words.includes(asked);
      count.textContent = asked ? `${rows.filter(([row]) => !row.hidden).length} of ${rows.length} rows` : "";
    });
  }
});
