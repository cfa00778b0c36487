// Use the living timeline as readers do, and report what they meet, as JSON: node talks.mjs MODULES CHROMIUM TALKS.HTML
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, executablePath, file] = process.argv.slice(2), found = { elsewhere: [], faults: [] };
const puppeteer = createRequire(pathToFileURL(`${modules}/package.json`))("puppeteer-core");
const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"] });
let page;

async function open(width = 1280, scripts = true) {
  page = await browser.newPage();
  page.on("request", (request) => request.url().startsWith("http") && found.elsewhere.push(request.url()));
  page.on("pageerror", (error) => found.faults.push(String(error)));
  await page.setViewport({ width, height: 844, hasTouch: width < 600, isMobile: width < 600 });
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await page.setJavaScriptEnabled(scripts);
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
}
const focused = () => page.evaluate(() => document.activeElement.dataset.talk ?? document.activeElement.textContent);
const card = () => page.$eval(".talk-card", (one) => one.checkVisibility() && one.innerText);
const seen = (what) => page.$$eval(what, (all) => all.filter((one) => one.checkVisibility()).map((one) => one.dataset.talk ?? one.textContent));
const rows = () => seen("#talks-table tr[data-talk]");
async function press(key, until) {
  for (let i = 0; i < 400 && !until.test(await focused()); i++) await page.keyboard.press(key);
}
await open(); // by keyboard: to the plot, along it, the card and back, the lane below, the head of the table
await press("Tab", /^\d{4}-/);
found.stops = await seen('.plot a[tabindex="0"]');
await press("ArrowRight", /woodside-summit/);
found.keyboard = [];
for (const key of ["Enter", "Escape", "ArrowDown"]) {
  await page.keyboard.press(key);
  found.keyboard.push([await focused(), await card()]);
}
found.sorted = [await rows()];
await page.focus("#talks-table th[data-sort=date] button");
await page.keyboard.press("Enter");
found.sorted.push(await rows(), await page.$eval("#talks-table th[data-sort=date]", (head) => head.ariaSort));

await page.select(".talk-issue", "Fentanyl");
found.fentanyl = [await seen("output b"), await seen(".talk-recount"), await seen(".plot a:not(.out)")];
await page.click(".talk-all");
await page.type(".talk-search input", "tillerson");
found.tillerson = [await rows(), await seen(".plot a:not(.out)")];
await page.click("#talks-table th[data-sort=us] button");
const asked = () => page.$eval(".talk-search", (box) => [box.querySelector("input").value, box.querySelector("span").textContent]);
const before = [await asked(), await rows()];
const first = await page.$("#talks-table tbody tr:not([hidden]) a");
await Promise.all([page.waitForNavigation({ waitUntil: "load" }), first.evaluate((link) => link.click())]);
await page.goBack({ waitUntil: "load" });
found.back = [before, [await asked(), await rows()]];
await page.type(".talk-search input", " zzz");
found.none = (await asked())[1];

await open(); // the button of all rows is gone once it is pressed
await page.focus(".talk-more");
await page.keyboard.press("Enter");
found.more = await page.evaluate(() => document.activeElement.closest("tr")?.dataset.talk);
await (await page.$('.plot-page [id$="-name-2022-11-biden-xi-bali"]')).click();
found.named = await page.$eval("#talk-title", (heading) => heading.textContent);

await open(390); // a finger that misses the dot by nine pixels
const dot = await page.$('.plot-phone a[data-talk="2023-11-woodside-summit"]');
await dot.scrollIntoView();
const { x, y } = await dot.boundingBox();
await page.touchscreen.tap(x - 9, y);
found.touch = [await card(), await page.$eval(".talk-card", (one) => Math.round(one.getBoundingClientRect().bottom))];

await open(1280, false);
found.unscripted = [await rows(), (await seen(".plot a")).sort(), await seen(".pst-js-only, .talk-card")];
await browser.close();
console.log(JSON.stringify(found));
