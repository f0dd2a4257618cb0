// Tabs, and addresses: #claims, #cube/GROUP or #cube/GROUP/VARIABLE, #run, or the id of a claim.
const tabs = [...document.querySelectorAll("[role=tab]")];

function selectTab(name) {
  for (const tab of tabs) {
    const selected = tab.getAttribute("aria-controls") === name;
    tab.setAttribute("aria-selected", selected);
    tab.tabIndex = selected ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !selected;
  }
}

function follow() {
  const address = decodeURIComponent(location.hash.slice(1));
  const [name, ...rest] = address.split("/");
  if (claims.has(address)) {
    selectTab("claims");
    showTable();
    openClaim(address);
    const { body } = claims.get(address);
    if (body.hidden) showAll();
    body.scrollIntoView();
    body.querySelector(".opener").focus({ preventScroll: true });
  } else if (name === "cube") {
    selectTab("cube");
    const variable = rest.length > 2 ? rest.pop() : undefined;
    showCube(rest.join("/"), variable);
  } else if (name === "run") {
    selectTab("run");
    showRun();
  } else {
    selectTab("claims");
    showTable();
  }
}

for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => { location.hash = tab.getAttribute("aria-controls"); });
  tab.addEventListener("keydown", ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const next = tabs[(place + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });
}

document.getElementById("about").textContent = `${DATA.claims.length} claims, ${DATA.groups.length} groups${DATA.preset && `, scale ${DATA.preset}`}`;
startCube();
addEventListener("hashchange", follow);
follow();
requestIdleCallback(vegaLibrary);
