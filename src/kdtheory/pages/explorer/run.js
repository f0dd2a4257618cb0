// The run: what made the numbers, and what it cost.
function pairs(title, facts) {
  const rows = Object.entries(facts);
  return rows.length ? [element("h3", {}, title), scrollable("div", title, table(["name", "value"], rows))] : [];
}

function stages(jobs) {
  const rows = [...new Set(jobs.map((job) => job.stage))].map((stage) => {
    const own = jobs.filter((job) => job.stage === stage);
    const sum = (key) => own.reduce((total, job) => total + (job[key] ?? 0), 0);
    return [stage, own.length, sum("seconds"), sum("processor"), Math.max(...own.map((job) => job.memory ?? 0))];
  });
  return table(["stage", "jobs", "wall time, s", "processor time, s", "largest memory, MB"], rows);
}

let runShown = false;

async function showRun() {
  const { facts, versions, digests, configuration, jobs } = DATA.run;
  const place = document.getElementById("facts");
  if (!runShown) {
    const section = ([name, text]) => element("details", {}, element("summary", {}, name), scrollable("pre", `Configuration: ${name}`, text));
    const sections = Object.entries(configuration).map(section);
    const cost = jobs.length ? [element("h3", {}, "Time and memory"), stages(jobs), element("div", { class: "figure", id: "jobs" })] : [];
    if (sections.length) sections.unshift(element("h3", {}, "Configuration"));
    place.append(...pairs("Study", facts), ...cost, ...pairs("Versions", versions), ...sections, ...pairs("Digests (SHA-256)", digests));
    runShown = true;
  }
  if (jobs.length) {
    const rows = jobs.filter((job) => job.seconds > 0 && job.memory > 0);
    const specification = { ...DATA.specifications.jobs, width: "container", height: 300 };
    await draw(document.getElementById("jobs"), specification, { rows }, "Time and memory of each job; the sums by stage are in the table above");
  }
}
