// Open pages from disk in Chromium and report what a reader would meet there, as JSON.
// Called by tests/slow/test_browser.py: node inspect.mjs MODULES CHROMIUM VIEWS, where VIEWS is a JSON list of
// {page, width, scheme, scripts}. The folder MODULES holds node_modules with what package.json names.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, executablePath, viewsFile] = process.argv.slice(2);
const load = createRequire(pathToFileURL(`${modules}/package.json`));
const puppeteer = load("puppeteer-core");
const rules = readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");
const views = JSON.parse(readFileSync(viewsFile, "utf8"));
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// Tab through a page: the places that take the focus, and those of them on which nothing shows it.
async function walk(page) {
  const unseen = [];
  let stops = 0;
  await page.evaluate(() => document.activeElement.blur());
  for (; stops < 40; stops++) {
    await page.keyboard.press("Tab");
    const place = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const shown = (style) => (style.outlineStyle !== "none" && style.outlineWidth !== "0px") || style.boxShadow !== "none";
      const seen = [at, at.parentElement].some((one) => shown(getComputedStyle(one)));
      return { seen, what: at.outerHTML.slice(0, 120) };
    });
    if (!place) break;
    if (!place.seen) unseen.push(place.what);
  }
  return { stops, unseen };
}

async function look(browser, { page: file, width, scheme, scripts = true }) {
  const page = await browser.newPage();
  const requests = [], faults = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("requestfailed", (request) => faults.push(request.url()));
  await page.setViewport({ width, height: width < 600 ? 844 : 800 });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" }, // a colour on its way to another is none to be judged
  ]);
  await page.setJavaScriptEnabled(scripts);
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  const view = await page.evaluate(() => ({
    ground: getComputedStyle(document.body).backgroundColor,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    words: [...document.querySelectorAll("article, article .pst-js-only")].filter((one) => one.checkVisibility()).reduce(
      (sum, one) => sum + one.innerText.split(/\s+/).length * (one.matches("article") ? 1 : -1), 0), // tools say nothing
    pictures: [...document.querySelectorAll("article img")].filter((one) => one.complete && !one.naturalWidth).length,
  }));
  const found = { page: file, width, scheme, scripts, ...view };
  if (scripts) {
    await page.evaluate(rules);
    const { violations } = await page.evaluate((tags) => axe.run(document, { runOnly: tags, preload: false }), TAGS);
    found.violations = violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 200)} (${node.failureSummary.split("\n").slice(1).join(";").trim()})`));
    found.walk = await walk(page);
  }
  found.elsewhere = requests.filter((url) => !/^(file|data|blob):/.test(url));
  found.faults = faults;
  await page.close();
  return found;
}

// Two browsers, not two pages of one: only one page of a browser has the keyboard.
const found = [], waiting = [...views.entries()];
const work = async () => {
  const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--hide-scrollbars"] });
  for (let next; (next = waiting.shift()); ) found[next[0]] = await look(browser, next[1]);
  await browser.close();
};
await Promise.all([work(), work()]);
console.log(JSON.stringify(found));
