// Drive Chromium through the explorer and print what was seen as JSON: node drive.mjs MODULES CHROMIUM PAGE REPORT
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, chromium, pageFile, reportFile] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${modules}/package.json`));
const playwright = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [address, report] = [pathToFileURL(pageFile).href, pathToFileURL(reportFile).href];
const seen = { requests: [], errors: [], violations: {} };
const browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });

async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.on("request", (request) => {
    const asked = request.url().split("#")[0];
    if (asked !== address && asked !== report && !/^(data|blob):/.test(asked)) seen.requests.push(asked);
  });
  page.on("pageerror", (error) => seen.errors.push(error.message));
  await page.goto(url);
  return page;
}

const marked = (page, name) => page.waitForFunction((mark) => performance.getEntriesByName(mark).length > 0, name);
const startOf = (page, name) => page.evaluate((mark) => performance.getEntriesByName(mark)[0].startTime, name);
const median = (numbers) => [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
const tableOf = (place) => place.locator("#numbers").evaluate((table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent)));
const visible = (place) => place.locator("#claim-table > tbody:visible").evaluateAll((bodies) => bodies.map((body) => body.id));

async function audit(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  seen.violations[name] = violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
}

async function claims() {
  const page = await open(address);
  await marked(page, "claims drawn");
  await audit(page, "claims");
  seen.all = await visible(page);
  await page.locator("[name=verdict]").selectOption("fails");
  seen.fails = { count: await page.locator("#count").textContent(), ids: await visible(page), papers: await page.locator("[name=paper] option").allTextContents() };
  await page.locator("[name=search]").fill("no such words");
  seen.nothing = { count: await page.locator("#count").textContent(), ids: await visible(page) };
  await page.locator("#clear").click();
  await page.getByRole("button", { name: "Verdict", exact: true }).click();
  seen.sorted = await visible(page);
  await page.close();
}

async function claim(id) {
  const page = await open(`${address}#${id}`);
  await page.locator(`[id="${id}"] .figure canvas`).waitFor();
  seen.claim = await page.locator(`[id="${id}-detail"]`).innerText();
  await audit(page, "claim");
  await page.locator(`[id="${id}"] .opener`).press("Enter");
  seen.closed = await page.locator(`[id="${id}-detail"]`).isHidden();
  await page.close();
}

async function link(id, group) {
  const page = await open(`${address}#${id}`);
  await page.locator(`[id="${id}"] a`, { hasText: group }).click();
  await marked(page, "plot drawn");
  seen.followed = { group: await page.locator("[name=group]").inputValue(), tab: await page.locator("[aria-selected=true]").textContent() };
  await page.close();
}

async function cube(group) {
  const page = await open(`${address}#cube/${group}/risk`);
  await marked(page, "plot drawn");
  await page.locator("[name=colour]").selectOption("");
  const slider = page.locator("[data-dim=soft_ratio]");
  await slider.focus();
  await slider.press("Home");
  await slider.press("ArrowRight");
  await page.waitForFunction(() => performance.getEntriesByName("plot updated").length > 1);
  seen.cube = { table: await tableOf(page), code: await page.locator("#code").textContent(), value: await slider.getAttribute("aria-valuetext") };
  await audit(page, "cube");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#csv").click()]);
  seen.csv = readFileSync(await download.path(), "utf8");
  await page.locator("[name=facet]").selectOption("teacher_kind");
  await page.locator("[name=logy]").uncheck();
  await page.locator("[name=show]").selectOption("worlds");
  await page.locator("#plot canvas").waitFor();
  seen.worlds = { table: await tableOf(page), code: await page.locator("#code").textContent() };
  await page.close();
}

async function other() {
  const page = await open(`${address}#run`);
  await page.locator("#jobs canvas").waitFor();
  await page.locator("#run summary", { hasText: "experiments" }).click();
  seen.run = await page.locator("#run").innerText();
  await audit(page, "run");
  await page.getByRole("tab", { name: "Run" }).press("ArrowLeft");
  // The tab is marked when the address has changed, which the browser tells later.
  await page.locator("[aria-selected=true]", { hasText: "Cube" }).waitFor();
  seen.left = await page.locator("[aria-selected=true]").textContent();
  await page.close();
  const phone = await open(address, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await marked(phone, "claims drawn");
  await audit(phone, "phone, dark");
  const width = () => phone.evaluate(() => document.documentElement.scrollWidth);
  seen.widths = [await width()];
  await phone.getByRole("tab", { name: "Cube" }).click();
  await marked(phone, "plot drawn");
  await audit(phone, "cube on a phone, dark");
  seen.widths.push(await width());
  await phone.close();
}

async function insideReport(group) {
  const page = await open(report);
  await page.getByText("Results").first().click();
  await page.locator("[iconname=eye]").click();
  const frame = page.frameLocator("iframe");
  await frame.locator("#claim-table > tbody").first().waitFor();
  seen.report = { count: await frame.locator("#count").textContent() };
  await frame.getByRole("tab", { name: "Cube" }).click();
  await frame.locator("[name=group]").selectOption(group);
  await frame.locator("#plot canvas").waitFor();
  seen.report.table = await tableOf(frame);
  await page.close();
}

async function times(group) {
  const draws = { claims: [], plot: [] };
  for (let turn = 0; turn < 5; turn++) {
    const page = await open(address);
    await marked(page, "claims drawn");
    draws.claims.push(await startOf(page, "claims drawn"));
    await page.close();
    const plot = await open(`${address}#cube/${group}/risk`);
    await marked(plot, "plot drawn");
    draws.plot.push(await startOf(plot, "plot drawn"));
    if (turn === 4) {
      await plot.locator("[name=colour]").selectOption("");
      const slider = plot.locator("#sliders input").first();
      for (let press = 0; press < 20; press++) {
        await slider.press(press % 2 === 0 ? "ArrowLeft" : "ArrowRight");
        await plot.waitForTimeout(50);
      }
      seen.updates = await plot.evaluate(() => performance.getEntriesByName("plot updated").map((entry) => entry.duration));
    }
    await plot.close();
  }
  seen.times = { claims: median(draws.claims), plot: median(draws.plot), update: median(seen.updates) };
}

await claims();
await claim("pl19-intro-lower-risk");
await link("jz20-thm1-bound", "wide/transfer");
await cube("wide/transfer");
await other();
await insideReport("wide/transfer");
await times("wide/transfer");
await browser.close();
console.log(JSON.stringify(seen));
