"use strict";
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const KINDS = ["newly_failing", "flaky", "unknown", "still_failing", "quarantined", "newly_passing", "good"];
  const PAGE = { full: 50, row: 200 };

  const make = (tag, options = {}, ...inside) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (value !== null && value !== undefined && value !== "") node.setAttribute(name, value);
    }
    node.append(...inside.filter((part) => part !== null && part !== undefined));
    return node;
  };
  const both = (section, key) => {
    const box = document.createDocumentFragment();
    for (const language of ["de", "en"]) {
      box.append(make("span", { class: language, lang: language }, words[language][section][key] ?? key));
    }
    return box;
  };
  const t = (key) => both("page", key);
  const shown = (value) =>
    value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value, null, 1);

  const read = () => {
    const cases = [];
    for (const block of document.querySelectorAll("script[data-form]")) {
      const rows = JSON.parse(block.textContent);
      block.remove();
      if (block.dataset.form === "full") {
        for (const one of rows) {
          const text = [one.result.case, one.result.cluster ?? "", ...(one.result.problems ?? [])].join(" ");
          cases.push({ kind: one.kind, signed: one.signed, full: one.result, text: text.toLowerCase() });
        }
      } else {
        for (const row of rows) cases.push({ kind: row[1], row, text: `${row[0]} ${row[2]} ${row[6]}`.toLowerCase() });
      }
    }
    return cases;
  };

  const table = (keys, rows) => {
    if (!rows.length) return null;
    const head = make("tr", {}, ...keys.map((key) => make("th", { scope: "col" }, t(key))));
    const body = rows.map((row) =>
      make("tr", {}, ...row.map((cell) => (cell instanceof Node ? cell : make("td", { class: "data" }, shown(cell)))))
    );
    return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
  };
  const part = (key, content) => (content ? [make("h3", {}, t(key)), content] : []);
  const cell = (name, value) => make("td", { class: `data ${name}` }, shown(value));

  const fields = (r) => {
    const rows = (r.fields ?? []).map((f) => [make("th", { scope: "row" }, f.field), cell("expected", f.expected), cell("actual", f.actual)]);
    if (r.expected_decision && r.expected_decision !== r.decision) {
      rows.unshift([make("th", { scope: "row" }, t("decision")), cell("expected", r.expected_decision), cell("actual", r.decision)]);
    }
    return table(["field", "expected", "actual"], rows);
  };
  const effects = (r) => {
    const rows = [];
    for (const [name, list, tone] of [["made", r.effects, "ok"], ["lost", r.missing, "wrong"], ["extra", r.extra, "wrong"], ["unsafe", r.unsafe, "wrong"]]) {
      for (const e of list ?? []) rows.push([make("td", { class: tone }, t(name)), e.tool, e.args]);
    }
    return table(["state", "call", "arguments"], rows);
  };
  const verdicts = (r) =>
    table(
      ["step", "call", "decision", "fired", "answer", "changes"],
      (r.proposals ?? []).map((p) => [
        p.address, p.tool, p.decision, (p.rules ?? []).join(", "), p.answer ?? "",
        (p.changes ?? []).map((c) => `${c.field}: ${shown(c.actual)} → ${shown(c.expected)}`).join("\n"),
      ])
    );
  const tape = (r) => {
    const steps = table(
      ["step", "call", "arguments", "decision", "answer"],
      (r.steps ?? []).map((s) => [s.address, s.tool, s.args ?? {}, s.verdict ?? "", s.answer])
    );
    return steps && make("details", {}, make("summary", {}, t("tape"), ` (${r.steps.length})`), steps);
  };
  const grades = (r) =>
    table(["grades", "state", "value"], (r.grades ?? []).map((g) => [g.name, make("td", { class: g.passed ? "ok" : "wrong" }, t(g.passed ? "yes" : "no")), g.text || g.score]));
  const repeats = (r) =>
    r.repeats && table(["repeats", "passed", "open", "ways", "tokens"],
      [[r.repeats.n, r.repeats.passed, r.repeats.unknown ?? 0, r.repeats.ways ?? 1, r.repeats.tokens ?? 0]]);
  const divergence = (r) =>
    r.divergence && table(["step", "recorded", "now"], [[r.divergence.step, r.divergence.recorded, r.divergence.now]]);

  const detail = (one) => {
    const r = one.full;
    const exit = r.exit ? [r.exit.kind, r.exit.cause].filter(Boolean).join(": ") : r.held ?? "";
    return [
      make("ul", { class: "problems" }, ...(r.problems ?? []).map((p) => make("li", {}, p))),
      one.signed ? make("p", {}, t("signed"), `: ${one.signed}`) : null,
      make("p", { class: "soft" }, t("decision"), `: ${r.decision ?? "–"} · `, t("exit"), `: ${exit || "–"} · `, t("asks"), `: ${r.asks ?? 0}`),
      ...part("repeats", repeats(r)),
      ...part("fields", fields(r)),
      ...part("effects", effects(r)),
      ...part("verdicts", verdicts(r)),
      ...part("grades", grades(r)),
      ...part("divergence", divergence(r)),
      tape(r),
    ].filter(Boolean);
  };
  const card = (one, open) => {
    const r = one.full;
    const box = make("details", { class: "case", id: `case-${r.case}` },
      make("summary", {}, make("span", { class: "name" }, r.case), " ",
        r.critical ? make("span", { class: "badge" }, t("critical")) : null,
        make("span", { class: "soft" }, ` ${(r.problems ?? [])[0] ?? ""}`)));
    const fill = () => { if (box.children.length === 1) box.append(...detail(one)); };
    box.addEventListener("toggle", fill);
    if (open) { box.open = true; fill(); }
    return box;
  };
  const line = (one) => {
    const [name, , cluster, decision, exit, asks, problem] = one.row;
    return make("tr", {}, make("th", { scope: "row" }, name), ...[cluster, decision, exit, asks, problem].map((v) => make("td", {}, String(v))));
  };

  const paged = (list, size, add) => {
    let from = 0;
    const button = make("button", { type: "button" }, t("more"));
    const next = () => {
      add(list.slice(from, from + size));
      from += size;
      if (from >= list.length) button.remove();
    };
    button.addEventListener("click", next);
    next();
    return from < list.length ? button : null;
  };
  const group = (kind, cases) => {
    const full = cases.filter((c) => c.full);
    const rows = cases.filter((c) => c.row);
    const box = make("section", {}, make("h3", {}, both("kind", kind), ` (${cases.length})`));
    if (full.length) {
      const place = make("div");
      const more = paged(full, PAGE.full, (some) => place.append(...some.map((c, i) => card(c, !place.children.length && !i && kind === "newly_failing"))));
      box.append(place, ...(more ? [more] : []));
    }
    if (rows.length) {
      const body = make("tbody");
      const head = make("tr", {}, ...["case", "cluster", "decision", "exit", "asks", "problems"].map((k) => make("th", { scope: "col" }, t(k))));
      const more = paged(rows, PAGE.row, (some) => body.append(...some.map(line)));
      if (kind !== "good" && kind !== "newly_passing") box.append(make("p", { class: "soft" }, t("compact")));
      box.append(make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), body)), ...(more ? [more] : []));
    }
    return box;
  };

  const cases = read();
  const draw = () => {
    const wanted = document.getElementById("filter").value.trim().toLowerCase();
    const found = wanted ? cases.filter((c) => c.text.includes(wanted)) : cases;
    const groups = KINDS.map((kind) => [kind, found.filter((c) => c.kind === kind)]).filter(([, some]) => some.length);
    document.getElementById("list").replaceChildren(...groups.map(([kind, some]) => group(kind, some)));
    document.getElementById("count").replaceChildren(`${found.length} / ${cases.length} `, t("shown"));
  };
  let waiting = 0;
  document.getElementById("filter").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 150);
  });
  const root = document.documentElement;
  if (location.hash === "#en") root.lang = "en";
  document.getElementById("language").addEventListener("click", () => {
    root.lang = root.lang === "de" ? "en" : "de";
  });
  draw();
})();
