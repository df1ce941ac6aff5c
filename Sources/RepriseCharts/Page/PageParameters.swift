/// The script's third part: parameters against a metric, as a scatter plot and as parallel coordinates.
let pageParameters = #"""
    const value = (run, kind, name) => run[kind].find(pair => pair[0] === name)?.[1];
    const namesOf = kind => [...new Set(runs.flatMap(run => run[kind].map(pair => pair[0])))];
    const results = namesOf("metrics");
    const varying = namesOf("parameters").filter(name => new Set(runs.map(run => plain(value(run, "parameters", name)))).size > 1);
    const chosen = { parameter: varying[0], metric: results[0], log: false };

    /// From blue at the low end to orange at the high end, apart in lightness too.
    const shade = p => Number.isNaN(p) ? "gray" : `hsl(${215 - 190 * p} 75% ${62 - 18 * p}%)`;

    function scatter() {
      const xs = runs.map(run => value(run, "parameters", chosen.parameter));
      const x = axisFor(xs, chosen.log);
      const y = axis(runs.map(run => number(value(run, "metrics", chosen.metric))), false);
      if (!x.at || !y) return el("p", {}, "no point to draw");
      const svg = frame(x, y, chosen.parameter);
      runs.forEach((run, index) => {
        const result = number(value(run, "metrics", chosen.metric));
        const [cx, cy] = [px(x.at(x.read(xs[index]))), py(y.at(result))];
        if (Number.isNaN(cx) || Number.isNaN(cy)) return;
        svg.append(el("circle", { cx, cy, r: 4.5, fill: colour(index), "fill-opacity": 0.8 },
          el("title", {}, `${run.name}\n${chosen.parameter} = ${plain(xs[index])}\n${chosen.metric} = ${short(result)}`)));
      });
      return el("figure", {}, el("figcaption", {}, `${chosen.metric} by ${chosen.parameter}`), svg);
    }

    function parallel() {
      const columns = varying.slice(0, 12).map(name => ({ name, values: runs.map(run => value(run, "parameters", name)) }));
      columns.push({ name: chosen.metric, values: runs.map(run => value(run, "metrics", chosen.metric)) });
      const svg = el("svg", { class: "parallel", viewBox: "0 0 1200 330", role: "img", "aria-label": "parallel coordinates" });
      columns.forEach((column, i) => {
        column.axis = axisFor(column.values);
        column.x = 60 + i * 1060 / (columns.length - 1);
        svg.append(el("line", { class: "axis", x1: column.x, x2: column.x, y1: 30, y2: 300 }),
          el("text", { x: column.x, y: 18, "text-anchor": "middle" }, column.name));
      });
      const last = columns.at(-1);
      runs.forEach((run, index) => {
        const places = columns.map(c => [c.x, c.axis.at ? 300 - 270 * c.axis.at(c.axis.read(c.values[index])) : NaN]);
        const end = last.axis.at ? last.axis.at(last.axis.read(last.values[index])) : NaN;
        const words = columns.map(c => `${c.name} = ${plain(c.values[index])}`).join("\n");
        svg.append(el("path", { class: "curve", d: path(places), stroke: shade(end) }, el("title", {}, `${run.name}\n${words}`)));
      });
      for (const column of columns) for (const tick of column.axis.at ? column.axis.ticks(6) : [])
        svg.append(el("text", { x: column.x + 5, y: 304 - 270 * tick.at }, tick.label));
      return el("figure", {}, el("figcaption", {}, `every parameter that varies, coloured by ${chosen.metric}`), svg);
    }

    if (varying.length && results.length && runs.length > 1) {
      const pictures = el("div");
      const draw = () => pictures.replaceChildren(scatter(), parallel());
      const log = el("input", { type: "checkbox" });
      log.addEventListener("change", () => { chosen.log = log.checked; draw(); });
      charts.append(el("h2", {}, "Parameters against a metric"),
        el("div", { class: "controls" },
          choice("parameter", varying, chosen.parameter, name => { chosen.parameter = name; draw(); }),
          choice("metric", results, chosen.metric, name => { chosen.metric = name; draw(); }),
          el("label", {}, log, " logarithmic parameter")),
        pictures);
      draw();
    }
    """#
