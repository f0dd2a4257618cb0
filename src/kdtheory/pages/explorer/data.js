// The page's data: JSON and columns of numbers, both gzip in base64. Elements and numbers as text.
async function unpacked(id) {
  const letters = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(letters.length);
  for (let place = 0; place < letters.length; place++) bytes[place] = letters.charCodeAt(place);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const DATA = JSON.parse(new TextDecoder().decode(await unpacked("data")));
const GROUPS = DATA.groups.filter((group) => group.variables.some((variable) => variable.at !== null));
let planes;

// A number is mantissa · 10^exponent; the planes hold all high bytes, all low bytes, all exponents.
async function unpackColumns() {
  planes ??= new DataView((await unpacked("columns")).buffer);
}

function number(place) {
  const count = planes.byteLength / 3;
  const mantissa = (planes.getInt8(place) << 8) | planes.getUint8(count + place);
  const exponent = planes.getInt8(2 * count + place);
  if (mantissa === -32768) return NaN;
  if (Math.abs(mantissa) === 32767) return mantissa * Infinity;
  return exponent < 0 ? mantissa / 10 ** -exponent : mantissa * 10 ** exponent;
}

function shown(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "not measured";
  if (Array.isArray(value)) return `${shown(value[0])} to ${shown(value[1])}`;
  const [mantissa, exponent] = value.toExponential(3).split("e");
  return (Math.abs(exponent) > 4 ? `${Number(mantissa)}e${Number(exponent)}` : String(Number(value.toPrecision(4)))).replaceAll("-", "−");
}

function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...content.filter((part) => part !== null && part !== undefined));
  return made;
}

// What may be wider or higher than its place: scrolled by the keyboard too, hence in the order of focus.
function scrollable(tag, label, ...content) {
  return element(tag, { class: "scroll", role: "region", "aria-label": label, tabindex: 0 }, ...content);
}

function table(headings, rows) {
  const content = (value) => (typeof value === "number" ? shown(value) : value ?? "");
  const kind = (value) => ({ class: typeof value === "number" && "number" });
  return element("table", {},
    element("thead", {}, element("tr", {}, ...headings.map((text, i) => element("th", { scope: "col", ...kind(rows[0]?.[i]) }, text)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((value) => element("td", kind(value), content(value)))))));
}

// Put other numbers into a table of the same shape, which is faster than another table.
function refill(place, headings, rows) {
  const [head, body] = [place.tHead, place.tBodies[0]];
  if (head?.textContent !== headings.join("") || body.rows.length !== rows.length) {
    place.replaceChildren(...table(headings, rows).children);
    return;
  }
  rows.forEach((row, i) => {
    const { cells } = body.rows[i];
    row.forEach((value, column) => { cells[column].firstChild.data = typeof value === "number" ? shown(value) : value; });
  });
}
