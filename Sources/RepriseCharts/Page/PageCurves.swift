/// The script's second part: overlaid curves with a read-out, and what is shown of them.
let pageCurves = #"""
    const view = { hidden: new Set(), log: false, smoothing: 0 };
    const metrics = [...new Set(runs.flatMap(run => run.series.map(s => s[0])))];
    const curves = el("div", { class: "grid" });

    /// Exponential smoothing without the pull towards the first value; gaps stay gaps.
    function smooth(values, weight) {
      let mean = 0, sum = 0;
      return values.map(v => {
        if (!Number.isFinite(v)) return NaN;
        mean = mean * weight + v * (1 - weight);
        sum = sum * weight + (1 - weight);
        return mean / sum;
      });
    }

    function visibleSeries(metric) {
      return runs.flatMap((run, index) => {
        const series = run.series.find(s => s[0] === metric);
        if (!series || view.hidden.has(run.id)) return [];
        const raw = series[2].map(number);
        return [{ run, index, x: series[1].map(number), raw, y: view.smoothing ? smooth(raw, view.smoothing) : raw }];
      });
    }

    function curveChart(metric) {
      const shown = visibleSeries(metric);
      const x = axis(shown.flatMap(s => s.x), false);
      const y = axis(shown.flatMap(s => s.raw), view.log);
      const figure = el("figure", {}, el("figcaption", {}, metric));
      if (!x || !y) { figure.append(el("p", {}, "no point to draw")); return figure; }
      const svg = frame(x, y, "step");
      for (const s of shown) {
        const line = values => path(values.map((v, i) => [px(x.at(s.x[i])), py(y.at(v))]));
        if (view.smoothing) svg.append(el("path", { class: "curve raw", d: line(s.raw), stroke: colour(s.index) }));
        svg.append(el("path", { class: "curve", d: line(s.y), stroke: colour(s.index) }));
        if (s.y.filter(Number.isFinite).length === 1)
          svg.append(el("circle", { cx: px(x.at(s.x[0])), cy: py(y.at(s.y[0])), r: 3, fill: colour(s.index) }));
      }
      readOut(figure, svg, shown, x);
      return figure;
    }

    function readOut(figure, svg, shown, x) {
      const rule = el("line", { class: "rule", y1: box.top, y2: box.bottom });
      const reading = el("div", { class: "reading", role: "status" });
      svg.append(rule);
      figure.append(svg, reading);
      svg.addEventListener("pointermove", event => {
        const area = svg.getBoundingClientRect();
        const at = (event.clientX - area.left) / area.width * box.width;
        const wanted = x.value((at - box.left) / (box.right - box.left));
        const lines = shown.map(s => {
          const i = nearest(s.x, wanted);
          return el("div", {}, el("span", { class: "swatch", style: `background:${colour(s.index)}` }),
            `${s.run.name}: ${short(s.y[i])} at ${short(s.x[i])}`);
        });
        rule.setAttribute("x1", at); rule.setAttribute("x2", at);
        reading.replaceChildren(...lines.slice(0, 25));
        reading.style.left = `${at < box.width / 2 ? event.clientX - area.left + 16 : 8}px`;
        reading.style.top = "2rem";
        rule.style.visibility = reading.style.visibility = "visible";
      });
      svg.addEventListener("pointerleave", () => { rule.style.visibility = reading.style.visibility = "hidden"; });
    }

    /// The index of the value that lies nearest, in a sorted list.
    function nearest(values, wanted) {
      let low = 0, high = values.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (values[middle] < wanted) low = middle + 1; else high = middle;
      }
      return low > 0 && wanted - values[low - 1] < values[low] - wanted ? low - 1 : low;
    }

    const redraw = () => curves.replaceChildren(...metrics.map(curveChart));

    function toggle(label, isOn, changed, swatch) {
      const input = el("input", { type: "checkbox" });
      input.checked = isOn;
      input.addEventListener("change", () => { changed(input.checked); redraw(); });
      return el("label", {}, input, ...(swatch ? [el("span", { class: "swatch", style: `background:${swatch}` })] : [" "]), label);
    }

    if (metrics.length) {
      const slider = el("input", { type: "range", min: 0, max: 0.99, step: 0.01, value: 0 });
      slider.addEventListener("input", () => { view.smoothing = number(slider.value); redraw(); });
      charts.append(
        el("div", { class: "controls" }, toggle("logarithmic", false, on => { view.log = on; }), el("label", {}, "smoothing ", slider)),
        el("div", { class: "controls runs" }, ...runs.map((run, index) => toggle(run.name, true,
          on => { on ? view.hidden.delete(run.id) : view.hidden.add(run.id); }, colour(index)))),
        curves);
      redraw();
    }
    """#
