// What is chosen of a variable: its rows, their CSV, and the lines of Python that give the same numbers.
function dimension(choice, name) {
  return choice.group.dimensions[name];
}

// The axes that are neither x nor colour nor facets, each at one place.
function fixed(choice) {
  return choice.variable.dims.filter((name) => ![choice.x, choice.colour, choice.facet].includes(name));
}

function rowsOf(choice) {
  const { variable } = choice;
  const worlds = choice.show === "worlds" ? dimension(choice, variable.world) : null;
  const cells = variable.dims.reduce((product, name) => product * dimension(choice, name).values.length, 1);
  const step = {};
  variable.dims.reduceRight((stride, name) => { step[name] = stride; return stride * dimension(choice, name).values.length; }, 1);
  const base = fixed(choice).reduce((sum, name) => sum + step[name] * choice.places[name], 0);
  const along = (name) => {
    const { labels, values } = name ? dimension(choice, name) : { labels: [""], values: [0] };
    return labels.map((label, place) => ({ label, value: values[place], at: name ? place * step[name] : 0 }));
  };
  const rows = [];
  for (const facet of along(choice.facet)) {
    for (const colour of along(choice.colour)) {
      for (const x of along(choice.x)) {
        const place = base + facet.at + colour.at + x.at;
        const row = { x: typeof x.value === "number" && choice.numericX ? x.value : x.label, label: x.label, colour: colour.label, facet: facet.label };
        if (worlds) {
          worlds.labels.forEach((world, i) => rows.push({ ...row, world, y: number(variable.worlds + place * worlds.labels.length + i) }));
        } else {
          const interval = variable.world ? { low: number(variable.at + cells + place), high: number(variable.at + 2 * cells + place) } : {};
          rows.push({ ...row, y: number(variable.at + place), ...interval });
        }
      }
    }
  }
  return rows.filter((row) => !Number.isNaN(row.y));
}

// Headings and rows of the table beside the plot, as text and numbers.
function tabulated(choice, rows) {
  const { variable } = choice;
  const keys = [[choice.x, "label"], [choice.colour, "colour"], [choice.facet, "facet"]].filter(([name]) => name);
  if (choice.show === "worlds") keys.push([variable.world, "world"]);
  keys.push([variable.world && choice.show === "mean" ? "mean" : variable.name, "y"]);
  if (variable.world && choice.show === "mean") keys.push(["low", "low"], ["high", "high"]);
  return { headings: keys.map(([name]) => name), rows: rows.map((row) => keys.map(([, key]) => row[key])) };
}

function csv(choice, rows) {
  const { headings, rows: lines } = tabulated(choice, rows);
  const quoted = (value) => (/[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  const same = fixed(choice);
  const held = same.map((name) => dimension(choice, name).labels[choice.places[name]]);
  return [[...same, ...headings], ...lines.map((line) => [...held, ...line])].map((line) => line.map(quoted).join(",")).join("\n") + "\n";
}

function python(choice) {
  const { variable, group } = choice;
  const literal = (name) => JSON.stringify(dimension(choice, name).values[choice.places[name]]);
  const among = (labelled) => fixed(choice).filter((name) => dimension(choice, name).labelled === labelled);
  const chosen = (labelled) => among(labelled).map((name) => `${name}=${literal(name)}`).join(", ");
  const [byValue, byPlace] = [chosen(true), chosen(false)];
  const name = variable.name;
  const lines = ["from kdtheory import open_cube"];
  const averaged = variable.world && choice.show === "mean";
  if (averaged) lines.push("from kdtheory.statistics.means import mean");
  lines.push("", `cube = open_cube("${DATA.path}")`);
  lines.push(`${name} = cube["${group.name}"]["${name}"]${byValue && `.sel(${byValue})`}${byPlace && `.isel(${byPlace})`}`);
  if (variable.runs) lines.push(`${name} = ${name}.mean("run")`);
  if (averaged) lines.push(`estimate = mean(${name}.transpose("${variable.world}", ...))`, "low, high = estimate.interval(0.95)");
  return lines.join("\n");
}
