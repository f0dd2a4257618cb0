// The cube: a plot of one variable over axes of one's choice, sliders for the others, the numbers beside it.
const selection = document.getElementById("selection");
const fields = selection.elements;
// Rows of the table, points along lines, colours and facets that can still be told apart.
const [MOST_LINES, MOST_POINTS, MOST_COLOURS, MOST_FACETS] = [200, 500, 20, 12];
const choice = { places: {} };
let [view, timer, drawing] = [null, null, Promise.resolve()];

function options(select, names, chosen, titles = names) {
  select.replaceChildren(...names.map((name, i) => element("option", { value: name ?? "" }, titles[i] ?? "none")));
  select.value = chosen ?? "";
}

function chooseGroup(name, variable) {
  choice.group = GROUPS.find((group) => group.name === name) ?? GROUPS[0];
  const held = choice.group.variables.filter((each) => each.at !== null);
  const wanted = held.find((each) => each.name === variable) ?? held.find((each) => each.world && each.dims.length) ?? held[0];
  options(fields.group, GROUPS.map((group) => group.name), choice.group.name);
  options(fields.variable, held.map((each) => each.name), wanted.name, held.map((each) => `${each.name}: ${each.long_name}`));
  const left = choice.group.variables.length - held.length;
  document.getElementById("note").textContent = left ? `${left} large variables of this group are not in this page, but in the cube.` : "";
  chooseVariable(wanted.name);
}

function chooseVariable(name) {
  const variable = choice.group.variables.find((each) => each.name === name);
  const axes = variable.dims.map((dim) => ({ dim, places: measured(variable, dim), numeric: dimension(choice, dim).numeric }));
  axes.sort((one, other) => other.numeric - one.numeric || other.places.length - one.places.length);
  const coloured = axes.slice(1).find(({ places }) => places.length > 1 && places.length <= 10);
  Object.assign(choice, { variable, x: axes[0]?.dim ?? null, colour: coloured?.dim ?? null, facet: null, show: "mean", places: {} });
  for (const { dim, places } of axes) choice.places[dim] = places[Math.floor(places.length / 2)] ?? 0;
  fields.logx.checked = spread((dimension(choice, choice.x ?? "")?.values ?? []).filter((value) => value !== 0));
  const shows = variable.worlds === null ? ["mean"] : ["mean", "worlds"];
  const worlds = variable.world && `first ${dimension(choice, variable.world).values.length} of ${variable.count} worlds`;
  options(fields.show, shows, "mean", [variable.world ? "mean, 95 % interval" : "value", worlds && (variable.count > 50 ? worlds : "single worlds")]);
  fields.logy.checked = spread(rowsOf({ ...choice, numericX: false }).map((row) => row.y));
  const thinned = variable.dims.map((dim) => [dim, dimension(choice, dim)]).filter(([, { size, values }]) => size > values.length);
  const facts = [`${variable.long_name}${inUnits(variable)}`, ...thinned.map(([dim, { size, values }]) => `${values.length} of the ${size} values of ${dim}`)];
  if (variable.world) facts.splice(1, 0, `${variable.count} worlds`);
  document.getElementById("described").textContent = facts.join("; ");
  arrange();
}

// The places along a dimension at which anything was measured.
function measured(variable, dim) {
  const sizes = variable.dims.map((name) => dimension(choice, name).values.length);
  const along = variable.dims.indexOf(dim);
  const step = sizes.slice(along + 1).reduce((product, size) => product * size, 1);
  const count = sizes.reduce((product, size) => product * size, 1);
  const found = new Set();
  for (let cell = 0; cell < count; cell++) {
    if (!Number.isNaN(number(variable.at + cell))) found.add(Math.floor(cell / step) % sizes[along]);
  }
  return [...found].sort((one, other) => one - other);
}

function inUnits({ units }) {
  return units && units !== "1" ? ` (${units})` : "";
}

// Whether values are positive and spread over more than a factor of 50.
function spread(values) {
  const known = values.filter((value) => Number.isFinite(value));
  return known.length > 2 && known.every((value) => value > 0) && Math.max(...known) > 50 * Math.min(...known);
}

// Axes and sliders of the choice, then the plot.
function arrange() {
  const { dims } = choice.variable;
  options(fields.x, dims.length ? dims : [null], choice.x);
  const others = (most, ...taken) => dims.filter((dim) => !taken.includes(dim) && dimension(choice, dim).values.length <= most);
  options(fields.colour, [null, ...others(MOST_COLOURS, choice.x)], choice.colour);
  options(fields.facet, [null, ...others(MOST_FACETS, choice.x, choice.colour)], choice.facet);
  choice.numericX = choice.x !== null && dimension(choice, choice.x).numeric;
  document.getElementById("sliders").replaceChildren(...fixed(choice).map(slider));
  redraw();
}

function slider(name) {
  const { labels } = dimension(choice, name);
  const output = element("output", {}, labels[choice.places[name]]);
  const input = element("input", { type: "range", min: 0, max: labels.length - 1, "data-dim": name, "aria-valuetext": labels[choice.places[name]] });
  input.value = choice.places[name];
  input.addEventListener("input", () => {
    choice.places[name] = Number(input.value);
    output.value = labels[choice.places[name]];
    input.setAttribute("aria-valuetext", output.value);
    update();
  });
  return element("label", {}, element("span", {}, `${name} = `, output), input);
}

function drawable(rows) {
  const [logx, logy] = [fields.logx.checked && choice.numericX, fields.logy.checked];
  const kept = rows.filter((row) => Number.isFinite(row.y) && !(logx && row.x <= 0) && !(logy && row.y <= 0));
  const least = logy ? Math.min(...kept.map((row) => row.y)) : 0;
  const inTable = rows.length > MOST_LINES ? `, the first ${MOST_LINES} in this table` : "";
  const missing = rows.length > kept.length ? `; ${rows.length - kept.length} cannot be drawn` : "";
  document.getElementById("rows").textContent = `${rows.length} rows${inTable}${missing}`;
  const end = (value, row) => (Number.isFinite(value) ? (logy && value <= 0 ? least : value) : row.y);
  return kept.map((row) => ({ ...row, low: end(row.low, row), high: end(row.high, row) }));
}

// The numbers and the code of the present choice, and the rows to draw.
function tell() {
  const rows = rowsOf(choice);
  const { headings, rows: lines } = tabulated(choice, rows);
  refill(document.getElementById("numbers"), headings, lines.slice(0, MOST_LINES));
  document.getElementById("code").textContent = python(choice);
  return drawable(rows);
}

async function update() {
  await drawing;
  const start = performance.now();
  view.data("rows", tell());
  await view.runAsync();
  performance.measure("plot updated", { start });
}

function redraw() {
  const rows = tell();
  const { variable } = choice;
  const container = document.getElementById("plot");
  const label = `${variable.long_name}${inUnits(variable)} over ${choice.x ?? "nothing"}; the numbers are in the table beside it`;
  drawing = draw(container, specification(container.clientWidth, rows.length), { rows }, label).then((drawn) => {
    view = drawn;
    performance.mark("plot drawn");
  });
}

function specification(width, count) {
  const { variable } = choice;
  const base = structuredClone(DATA.specifications[choice.show === "worlds" ? "worlds" : choice.numericX ? "line" : "bars"]);
  // Points as dense as these hide their line, and take time.
  if (choice.numericX && count > MOST_POINTS) base.layer.pop();
  const scale = (logarithmic) => (logarithmic ? { type: "log" } : { type: "linear", zero: false });
  const numeric = { type: "quantitative", scale: { ...scale(fields.logx.checked), nice: false } };
  const x = choice.numericX ? numeric : { type: "ordinal", sort: null, axis: { labelAngle: -30 } };
  const y = { title: `${variable.long_name.length < 60 ? variable.long_name : variable.name}${inUnits(variable)}`, scale: scale(fields.logy.checked) };
  const colours = choice.colour && dimension(choice, choice.colour);
  const ordered = colours && colours.numeric && colours.values.length > 2;
  const scheme = ordered ? { domain: colours.labels, scheme: { name: "viridis", extent: dark.matches ? [0.3, 1] : [0, 0.85] } } : { domain: colours?.labels };
  const legend = { symbolOpacity: 1, orient: width < 500 ? "bottom" : "right", columns: width < 500 ? 4 : 1 };
  for (const { encoding } of base.layer) {
    Object.assign(encoding.x, x, { title: choice.x && `${choice.x}${inUnits(dimension(choice, choice.x))}` });
    Object.assign(encoding.y, y);
    if (choice.colour) Object.assign(encoding.color, { type: ordered ? "ordinal" : "nominal", title: choice.colour, scale: scheme, legend });
    else for (const channel of ["color", "xOffset"]) delete encoding[channel];
  }
  if (!choice.facet) return { ...base, width: "container", height: 380 };
  const columns = Math.max(1, Math.min(3, Math.floor(width / 260)));
  const facet = { field: "facet", type: "nominal", title: choice.facet, sort: dimension(choice, choice.facet).labels };
  const { data, ...inner } = base;
  return { data, facet, columns, spec: { ...inner, width: Math.max(150, (width - 120) / columns - 70), height: 200 } };
}

function startCube() {
  selection.addEventListener("submit", (event) => event.preventDefault());
  selection.addEventListener("change", ({ target }) => {
    if (target.type === "range") return;
    if (target.name === "group") chooseGroup(target.value);
    else if (target.name === "variable") chooseVariable(target.value);
    else {
      if (["x", "colour", "facet", "show"].includes(target.name)) choice[target.name] = target.value || null;
      if (choice.colour === choice.x) choice.colour = null;
      if ([choice.x, choice.colour].includes(choice.facet)) choice.facet = null;
      arrange();
    }
  });
  document.getElementById("csv").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([csv(choice, rowsOf(choice))], { type: "text/csv" }));
    element("a", { href: address, download: `${choice.group.name.replaceAll("/", "-")}-${choice.variable.name}.csv` }).click();
    URL.revokeObjectURL(address);
  });
  addEventListener("resize", () => {
    clearTimeout(timer);
    if (choice.facet) timer = setTimeout(redraw, 200);
  });
}

async function showCube(group, variable) {
  await Promise.all([unpackColumns(), vegaLibrary()]);
  if (!GROUPS.length) document.getElementById("note").textContent = "This page was made without a cube.";
  else if (!choice.group || (group && group !== choice.group.name) || (variable && variable !== choice.variable.name)) chooseGroup(group || choice.group?.name, variable);
  else redraw();
}
