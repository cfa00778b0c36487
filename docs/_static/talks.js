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
