/// The script's first part: data, axes, and the making of elements. Text only ever enters as text nodes.
let pageDrawing = #"""
    const runs = JSON.parse(document.getElementById("data").textContent);
    const charts = document.getElementById("charts");
    const colour = i => `hsl(${(i * 137.5 + 212) % 360} 65% 50%)`;
    const number = v => typeof v === "boolean" ? NaN : Number(v ?? NaN);

    /// Makes an element: el("p", { class: "note" }, "text", child).
    function el(name, attributes = {}, ...children) {
      const drawn = ["svg", "path", "line", "circle", "text", "g", "title", "rect"].includes(name);
      const element = drawn ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.append(...children);
      return element;
    }

    function short(value) {
      if (!Number.isFinite(value)) return String(value);
      const size = Math.abs(value);
      return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(2) : String(+value.toPrecision(4));
    }

    /// A numeric axis over the values that it can hold; null where there is none.
    function axis(values, log) {
      const holds = v => Number.isFinite(v) && (!log || v > 0);
      let low = Infinity, high = -Infinity;
      for (const v of values) if (holds(v)) { low = Math.min(low, v); high = Math.max(high, v); }
      if (low > high) return null;
      const to = log ? Math.log10 : v => v;
      const from = log ? v => 10 ** v : v => v;
      let [a, b] = [to(low), to(high)];
      if (a === b) { const margin = Math.abs(a) / 10 || 1; a -= margin; b += margin; }
      const at = v => holds(v) ? (to(v) - a) / (b - a) : NaN;
      const ticks = count => {
        const power = 10 ** Math.floor(Math.log10((b - a) / count));
        let step = [1, 2, 5, 10].map(f => f * power).find(s => (b - a) / s <= count) ?? b - a;
        if (log) step = Math.max(1, Math.ceil(step));
        const places = [];
        for (let i = Math.ceil(a / step); i <= Math.floor(b / step) && places.length < 50; i++) places.push(from(i * step));
        return (places.length < 2 ? [from(a), from(b)] : places).map(v => ({ at: at(v), label: short(v) }));
      };
      return { at, ticks, value: p => from(a + p * (b - a)) };
    }

    /// An axis for texts and booleans: every different value has a place of its own.
    function categories(values) {
      const names = [...new Set(values)].sort();
      const at = v => names.length < 2 ? 0.5 : names.indexOf(v) / (names.length - 1);
      return { at, ticks: () => names.slice(0, 30).map(name => ({ at: at(name), label: name })) };
    }

    const plain = v => v === undefined ? "" : typeof v === "string" ? v : JSON.stringify(v);
    const axisFor = (values, log = false) => values.every(v => v === undefined || Number.isFinite(number(v)))
      ? { numeric: true, read: number, ...axis(values.map(number), log) } : { read: plain, ...categories(values.map(plain)) };

    const box = { left: 58, right: 588, top: 12, bottom: 250, width: 600, height: 290 };
    const px = p => box.left + p * (box.right - box.left);
    const py = p => box.bottom - p * (box.bottom - box.top);

    function frame(x, y, xLabel) {
      const svg = el("svg", { viewBox: `0 0 ${box.width} ${box.height}`, role: "img", "aria-label": xLabel });
      for (const tick of y.ticks(6)) {
        svg.append(el("line", { class: "axis", x1: box.left, x2: box.right, y1: py(tick.at), y2: py(tick.at) }));
        svg.append(el("text", { x: box.left - 6, y: py(tick.at) + 4, "text-anchor": "end" }, tick.label));
      }
      for (const tick of x.ticks(7)) {
        svg.append(el("line", { class: "axis", x1: px(tick.at), x2: px(tick.at), y1: box.top, y2: box.bottom }));
        svg.append(el("text", { x: px(tick.at), y: box.bottom + 16, "text-anchor": "middle" }, tick.label));
      }
      svg.append(el("text", { x: (box.left + box.right) / 2, y: box.bottom + 34, "text-anchor": "middle" }, xLabel));
      return svg;
    }

    /// A path with a gap wherever a coordinate is missing.
    function path(places) {
      let text = "", pen = "M";
      for (const [x, y] of places) {
        if (Number.isNaN(x) || Number.isNaN(y)) { pen = "M"; continue; }
        text += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
        pen = "L";
      }
      return text;
    }

    function choice(label, options, chosen, changed) {
      const select = el("select", {}, ...options.map(o => el("option", { value: o, ...(o === chosen ? { selected: "" } : {}) }, o)));
      select.addEventListener("change", () => changed(select.value));
      return el("label", {}, label + " ", select);
    }
    """#
