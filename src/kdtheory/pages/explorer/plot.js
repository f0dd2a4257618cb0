// Plots by Vega-Lite, which is unpacked when the first one is drawn.
let library;

function vegaLibrary() {
  library ??= unpacked("library").then((code) => {
    document.head.append(element("script", {}, new TextDecoder().decode(code)));
    document.getElementById("library").remove();
    return window.vegaEmbed;
  });
  return library;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => dispatchEvent(new Event("hashchange")));

function theme() {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const text = { labelColor: colour("ink"), titleColor: colour("ink"), labelFontSize: 12, titleFontSize: 12 };
  const category = colour("series").split(" ");
  return {
    background: "transparent", mark: { color: category[0] }, rule: { color: category[0] }, range: { category }, font: "system-ui, sans-serif",
    axis: { ...text, gridColor: colour("grid"), domainColor: colour("faint"), tickColor: colour("faint"), titleFontWeight: "normal" },
    legend: text, header: text, view: { stroke: colour("line") },
  };
}

// Draw rows into a container, which a screen reader sees as one picture with a label.
async function draw(container, specification, datasets, label) {
  const embed = await vegaLibrary();
  container.setAttribute("role", "img");
  container.setAttribute("aria-label", label);
  const options = { mode: "vega-lite", actions: false, renderer: "canvas", config: theme(), tooltip: { theme: dark.matches ? "dark" : "light" } };
  return (await embed(container, { ...specification, datasets }, options)).view;
}
