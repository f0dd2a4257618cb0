// The table of claims: search, filters whose counts follow each other, sorting, and what a claim opens to.
const COLUMNS = { id: "Claim", paper: "Paper", section: "Section", kind: "Class", scope: "Scope", experiments: "Experiment", verdict: "Verdict" };
const FILTERS = ["paper", "section", "kind", "scope", "verdict", "experiments"];
const filters = document.getElementById("filters");
const claimTable = document.getElementById("claim-table");
const searched = (claim) => ["id", "statement", "reading", "quantity", "test", "reason", "figure"].map((key) => claim[key]).join(" ").toLowerCase();
const claims = new Map(DATA.claims.map((claim, order) => [claim.id, { claim, order, text: searched(claim), body: null }]));
let [sorted, claimsStarted] = [{ column: null, rising: true }, false];

function valuesOf(claim, column) {
  return column === "experiments" ? claim.experiments : [column === "section" ? `${claim.paper} ${claim.section}` : claim[column]];
}

const alphabetical = new Intl.Collator("en", { numeric: true }).compare;

function passes(entry, besides) {
  const words = filters.elements.search.value.toLowerCase().split(/\s+/);
  return words.every((word) => entry.text.includes(word)) && FILTERS.every((column) => {
    const wanted = filters.elements[column].value;
    return column === besides || wanted === "" || valuesOf(entry.claim, column).includes(wanted);
  });
}

function showClaims() {
  let count = 0;
  for (const entry of claims.values()) {
    entry.body.hidden = !passes(entry);
    count += !entry.body.hidden;
  }
  document.getElementById("count").value = `${count} of ${claims.size} claims`;
  for (const column of FILTERS) {
    const counts = new Map();
    for (const entry of claims.values()) {
      if (passes(entry, column)) for (const value of valuesOf(entry.claim, column)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const option of filters.elements[column].options) {
      if (option.value) option.textContent = `${option.value} (${counts.get(option.value) ?? 0})`;
    }
  }
}

function sortClaims(column) {
  sorted = { column, rising: sorted.column === column ? !sorted.rising : true };
  const key = (entry) => valuesOf(entry.claim, column).join(" ");
  const sign = sorted.rising ? 1 : -1;
  const entries = [...claims.values()].sort((one, other) => sign * alphabetical(key(one), key(other)) || one.order - other.order);
  claimTable.append(...entries.map((entry) => entry.body));
  for (const heading of claimTable.tHead.rows[0].cells) {
    if (heading.dataset.column === column) heading.setAttribute("aria-sort", sorted.rising ? "ascending" : "descending");
    else heading.removeAttribute("aria-sort");
  }
}

function verdict(text) {
  const kind = { holds: "holds", "equal to rounding": "holds", fails: "fails", "not equal": "fails" }[text] ?? "open";
  return element("span", { class: `verdict ${kind}` }, text);
}

function openClaim(id, open = true) {
  const { claim, body } = claims.get(id);
  const [opener, detail] = [body.querySelector(".opener"), body.rows[1]];
  opener.setAttribute("aria-expanded", open);
  detail.hidden = !open;
  if (!open || detail.cells.length) return;
  const strip = claim.strip.length ? element("div", { class: "figure low" }) : null;
  detail.append(element("td", { colspan: Object.keys(COLUMNS).length }, details(claim, strip)));
  if (strip) drawStrip(strip, claim);
}

function details(claim, strip) {
  const list = element("dl");
  const add = (term, content) => content && list.append(element("dt", {}, term), element("dd", {}, content));
  add("statement", claim.statement);
  add("reading", claim.reading);
  add("measured", claim.quantity);
  add("test", claim.test);
  add("verdict", element("span", {}, verdict(claim.verdict), ` ${claim.reason}`));
  const numbers = Object.entries(claim.numbers).map(([name, value]) => [name.replaceAll("_", " "), shown(value)]);
  const pair = ([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value));
  if (numbers.length) add("numbers", element("dl", { class: "numbers" }, ...numbers.map(pair)));
  add("cells", strip);
  const parts = claim.parts.map((part) => [part.name, verdict(part.verdict), part.reason]);
  if (parts.length) add("parts", table(["part", "verdict", "what was found"], parts));
  if (claim.replication.length) {
    add("replication", element("div", {}, table(DATA.replication.seeds.map((seed) => `seed ${seed}`), [claim.replication.map(verdict)]),
      element("span", { class: "faint" }, `at scale ${DATA.replication.preset}`)));
  }
  add("figure", claim.figure && `${DATA.figures}/${claim.figure}.svg${claim.shows && ` (${claim.shows})`}`);
  if (claim.assumes.length) add("assumed options", element("span", {}, ...claim.assumes.map((key) => element("div", {}, element("code", {}, key)))));
  const known = claim.groups.filter((name) => GROUPS.some((group) => group.name === name));
  if (known.length) add("in the cube", element("span", {}, ...known.map((name) => element("a", { href: `#cube/${name}` }, `${name} `))));
  if (claim.groups.length) add("data", scrollable("pre", `Python code of ${claim.id}`, claim.code));
  add("address", element("a", { href: `#${claim.id}` }, `#${claim.id}`));
  return list;
}

async function drawStrip(container, claim) {
  const alone = claim.strip.length === 1;
  const rows = claim.strip.map(([cell, value, low, high]) => {
    return { cell: cell ?? "", value, low: low ?? value, high: high ?? value, least: alone || cell === claim.cell };
  });
  rows.sort((one, other) => one.value - other.value).forEach((row, place) => { row.place = place; });
  const { tolerance } = claim.numbers;
  const low = Math.min(...rows.map((row) => row.low));
  const bar = tolerance ? [{ from: low, to: low + 2 * tolerance, tolerance }] : [];
  // What a value is compared with is not recorded, and 0 may be far from it.
  const [zero, interval, point, allowed] = DATA.specifications.strip.layer;
  const besideZero = !["value", "law"].includes(claim.kind);
  const layer = [...(besideZero ? [zero] : []), interval, point, ...(tolerance ? [allowed] : [])];
  const specification = { ...DATA.specifications.strip, layer, width: "container", height: Math.min(220, 30 + 6 * rows.length) };
  await draw(container, specification, { rows, tolerance: bar }, `${rows.length} cells of ${claim.id} with their intervals; the numbers are in the list above`);
  const notes = ["The deciding cell is orange."];
  if (alone && claim.numbers.cells > 1) notes.push(`The other ${claim.numbers.cells - 1} cells are not recorded.`);
  if (besideZero) notes.push("The dashed line is 0.");
  if (tolerance) notes.push(`The green bar is as wide as the tolerance, ±${shown(tolerance)}.`);
  container.after(element("span", { class: "faint" }, notes.join(" ")));
}

function showAll() {
  filters.reset();
  showClaims();
}

function showTable() {
  if (claimsStarted) return;
  claimsStarted = true;
  for (const column of FILTERS) {
    const values = [...new Set(DATA.claims.flatMap((claim) => valuesOf(claim, column)))].sort(alphabetical);
    const select = element("select", { name: column }, element("option", { value: "" }, "all"), ...values.map((value) => element("option", { value })));
    filters.append(element("label", {}, COLUMNS[column], select));
  }
  for (const [column, title] of Object.entries(COLUMNS)) {
    const button = element("button", { type: "button", title: `Sort by ${title}`, onclick: () => sortClaims(column) }, title);
    claimTable.tHead.rows[0].append(element("th", { scope: "col", "data-column": column }, button));
  }
  for (const entry of claims.values()) {
    const { claim } = entry;
    const toggle = (event) => openClaim(claim.id, event.currentTarget.getAttribute("aria-expanded") !== "true");
    const detail = element("tr", { class: "detail", id: `${claim.id}-detail`, hidden: true });
    const opener = element("button", { class: "opener", type: "button", "aria-expanded": "false", "aria-controls": detail.id, onclick: toggle }, claim.id);
    const cells = [claim.paper, claim.section, claim.kind, claim.scope, claim.experiments.join(", "), verdict(claim.verdict)];
    const heading = element("th", { scope: "row" }, opener, element("div", {}, claim.statement));
    entry.body = element("tbody", { id: claim.id }, element("tr", {}, heading, ...cells.map((cell) => element("td", {}, cell))), detail);
  }
  claimTable.append(...[...claims.values()].map((entry) => entry.body));
  filters.addEventListener("input", showClaims);
  filters.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", showAll);
  showClaims();
  performance.mark("claims drawn");
}
