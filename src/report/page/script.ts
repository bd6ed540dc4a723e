import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "../base64.ts";
import { numeralsScript } from "./numerals-script.ts";

/**
 * What the page does when a hand helps: the pointer (or the arrow keys) reads the values of a figure, a drag zooms it, Escape or a
 * double click restores it; details open for print. Plain ECMAScript that runs in the reader's browser, so it is text here.
 */
export const pageScript = `"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const log = (a, v) => Math.sign(v) * Math.log1p(Math.abs(v / a.constant));
  const warp = (a, v) => (a.kind === "log" ? Math.log10(v) : a.kind === "symlog" ? log(a, v) : v);
  const share = (a, v) => (warp(a, v) - warp(a, a.domain[0])) / (warp(a, a.domain[1]) - warp(a, a.domain[0]));
  const unshare = (a, t) => {
    const w = warp(a, a.domain[0]) + t * (warp(a, a.domain[1]) - warp(a, a.domain[0]));
    return a.kind === "log" ? 10 ** w : a.kind === "symlog" ? Math.sign(w) * Math.expm1(Math.abs(w)) * a.constant : w;
  };
${numeralsScript}  const make = (parent, name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return parent.appendChild(element);
  };
  const niceTicks = (lo, hi, count) => {
    const raw = (hi - lo) / count;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * ([1, 2, 5, 10].find((s) => s * power >= raw) ?? 10);
    const ticks = [];
    for (let i = Math.ceil(lo / step); i * step <= hi; i++) ticks.push(Number((i * step).toPrecision(12)));
    return ticks;
  };

  function attach(figure, svg, { readout, cells, marks, line, pinned }) {
    const plot = JSON.parse(svg.dataset.plot);
    const { box } = plot;
    const wide = box.right - box.left;
    const high = box.bottom - box.top;
    const size = svg.viewBox.baseVal;
    let view = { x: [0, 1], y: [0, 1] };
    let at = -1;
    const cursor = make(svg, "path", { class: "cursor", d: "" });
    const frame = make(svg, "rect", { class: "drag", width: 0, height: 0 });
    const toX = (v) => box.left + (wide * (share(plot.x, v) - view.x[0])) / (view.x[1] - view.x[0]);
    const point = (event) => {
      const rect = svg.getBoundingClientRect();
      return [((event.clientX - rect.left) * size.width) / rect.width, ((event.clientY - rect.top) * size.height) / rect.height];
    };
    const within = ([x, y]) => x >= box.left && x <= box.right && y >= 0 && y <= size.height;

    function read(index) {
      if (!readout || index < 0 || index >= readout.x.length) return;
      at = index;
      const x = toX(readout.x[index]);
      if (!(x >= box.left - 1 && x <= box.right + 1)) return;
      cursor.setAttribute("d", "M" + x + " " + box.top + "V" + box.bottom);
      const parts = readout.series.map(({ name, values, lo, hi }) => {
        const range = lo && lo[index] !== null && hi[index] !== null && lo[index] < hi[index] ? " (" + span(lo[index], hi[index]) + ")" : "";
        return name + " " + show(values[index], 4) + range;
      });
      line.textContent = [readout.xName + " " + show(readout.x[index], 4), ...parts].join("   ");
    }
    function nearest(px) {
      const v = unshare(plot.x, view.x[0] + ((px - box.left) / wide) * (view.x[1] - view.x[0]));
      let [lo, hi] = [0, readout.x.length - 1];
      while (hi - lo > 1) {
        const mid = (lo + hi) >> 1;
        if (readout.x[mid] <= v) lo = mid;
        else hi = mid;
      }
      return v - readout.x[lo] < readout.x[hi] - v ? lo : hi;
    }
    const toY = (v) => box.bottom - (high * (share(plot.y, v) - view.y[0])) / (view.y[1] - view.y[0]);
    function markAt([px, py]) {
      let [best, near] = [-1, 24];
      marks.x.forEach((x, i) => {
        const far = Math.hypot(toX(x) - px, toY(marks.y[i]) - py);
        if (far < near) [best, near] = [i, far];
      });
      return best;
    }
    function readMark(p) {
      const i = markAt(p);
      if (i < 0) return rest();
      cursor.setAttribute("d", "M" + (toX(marks.x[i]) - 5) + " " + toY(marks.y[i]) + "h10m-5 -5v10");
      line.textContent = marks.texts[i];
    }
    function cellAt([px, py]) {
      const near = (axis, window, t, values) => {
        const at = window[0] + t * (window[1] - window[0]);
        const distance = values.map((v) => Math.abs(share(axis, v) - at));
        return distance.indexOf(Math.min(...distance));
      };
      const i = near(plot.x, view.x, (px - box.left) / wide, cells.x);
      const j = near(plot.y, view.y, (box.bottom - py) / high, cells.y);
      return { i, j, row: cells.rows[j][i] };
    }
    function cellText({ i, j, row }) {
      const where = [cells.names[0] + " " + show(cells.x[i], 4), cells.names[1] + " " + show(cells.y[j], 4)];
      if (row < 0) return [...where, "not computed"].join("   ");
      const parts = cells.series.map(({ name, values }, k) => {
        const [lo, hi] = k === 0 ? [cells.lo[row] ?? null, cells.hi[row] ?? null] : [null, null];
        const range = lo !== null && hi !== null && lo < hi ? " (" + span(lo, hi) + ")" : "";
        return name + " " + (typeof values[row] === "string" ? values[row] : show(values[row], 4)) + range;
      });
      return [...where, ...parts].join("   ");
    }
    function pin(p) {
      const cell = cellAt(p);
      const set = (k, i) => " --set " + cells.settings[k][i];
      pinned.hidden = false;
      pinned.textContent = cellText(cell) + "\\n" + cells.command + set(0, cell.i) + set(1, cell.j);
    }
    function rest() {
      at = -1;
      cursor.setAttribute("d", "");
      line.textContent = isWhole() ? line.dataset.hint : "double click or Escape shows the whole again";
    }
    const isWhole = () => view.x[0] === 0 && view.x[1] === 1 && view.y[0] === 0 && view.y[1] === 1;

    const original = new Map();
    for (const element of svg.querySelectorAll(".x-axis, .y-axis")) original.set(element, element.innerHTML);
    const pins = [...svg.querySelectorAll(".pin")];
    const floating = [...svg.querySelectorAll(".halo, .side, .own, .own-ring")].filter((element) => !element.closest(".pin"));
    function ticksOf(axis, [from, to], count) {
      const [lo, hi] = [unshare(axis, from), unshare(axis, to)];
      if (axis.kind !== "linear" && (lo <= 0 || hi / lo > 20)) {
        const powers = [];
        for (let p = -30; p <= 30; p++) for (const s of [-1, 1]) if (s * 10 ** p >= lo && s * 10 ** p <= hi) powers.push(s * 10 ** p);
        return powers;
      }
      return niceTicks(lo, hi, count);
    }
    function redrawAxes() {
      for (const [element, html] of original) {
        if (isWhole()) {
          element.innerHTML = html;
          continue;
        }
        const isX = element.classList.contains("x-axis");
        const sample = element.querySelector("text");
        const marks = element.querySelector("path");
        const place = { y: sample.getAttribute("y"), x: sample.getAttribute("x"), d: marks.getAttribute("d") };
        element.innerHTML = "";
        const axis = isX ? plot.x : plot.y;
        const window = isX ? view.x : view.y;
        for (const value of ticksOf(axis, window, isX ? (wide < 400 ? 3 : 7) : 5)) {
          const t = (share(axis, value) - window[0]) / (window[1] - window[0]);
          if (isX) {
            const x = box.left + t * wide;
            make(element, "path", { class: "tick", d: "M" + x + " " + box.bottom + "v5" });
            make(element, "text", { class: "muted middle", x, y: place.y }).textContent = show(value, 6);
          } else {
            const y = box.bottom - t * high;
            make(element, "path", { class: value === 0 ? "zero" : "grid", d: "M" + box.left + " " + y + "H" + box.right });
            make(element, "text", { class: "muted end", x: box.left - 8, y: y + 4.5 }).textContent = show(value, 6);
          }
        }
      }
    }
    function zoom(next) {
      view = next;
      const sx = 1 / (view.x[1] - view.x[0]);
      const sy = 1 / (view.y[1] - view.y[0]);
      const dx = box.left - sx * (box.left + view.x[0] * wide);
      const dy = box.bottom - sy * (box.bottom - view.y[0] * high);
      for (const group of svg.querySelectorAll(".zoomed")) {
        const both = group.dataset.along === "xy";
        group.setAttribute("transform", "matrix(" + [sx, 0, 0, both ? sy : 1, dx, both ? dy : 0].join(" ") + ")");
      }
      for (const element of floating) {
        const isRule = element.classList.contains("own");
        element.style.visibility = isWhole() || isRule ? "" : "hidden";
        if (isRule) element.setAttribute("transform", "translate(" + (toX(Number(element.dataset.x)) - Number(element.dataset.px)) + " 0)");
        if (isRule) element.style.visibility = toX(Number(element.dataset.x)) < box.left || toX(Number(element.dataset.x)) > box.right ? "hidden" : "";
      }
      for (const element of pins) {
        const [px, py] = [Number(element.dataset.px), Number(element.dataset.py)];
        const [x, y] = [sx * px + dx, sy * py + dy];
        element.setAttribute("transform", "translate(" + (x - px) + " " + (y - py) + ")");
        element.style.visibility = x < box.left || x > box.right || y < box.top || y > box.bottom ? "hidden" : "";
      }
      redrawAxes();
      rest();
    }
    const whole = () => zoom({ x: [0, 1], y: [0, 1] });

    let start = null;
    let hasZoomed = false;
    svg.addEventListener("pointerdown", (event) => {
      const p = point(event);
      if (event.pointerType === "touch" || event.button !== 0 || !within(p) || p[1] > box.bottom) return;
      start = p;
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => {
      const p = point(event);
      if (start) {
        const [x0, x1] = [Math.max(box.left, Math.min(start[0], p[0])), Math.min(box.right, Math.max(start[0], p[0]))];
        const tall = Math.abs(p[1] - start[1]) > 24;
        const [y0, y1] = tall ? [Math.max(box.top, Math.min(start[1], p[1])), Math.min(box.bottom, Math.max(start[1], p[1]))] : [box.top, box.bottom];
        for (const [key, value] of Object.entries({ x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) })) frame.setAttribute(key, value);
      } else if (readout && within(p)) read(nearest(p[0]));
      else if (marks && within(p)) readMark(p);
      else if (cells && within(p) && p[1] >= box.top && p[1] <= box.bottom) line.textContent = cellText(cellAt(p));
      else rest();
    });
    svg.addEventListener("click", (event) => {
      const p = point(event);
      if (cells?.command && !hasZoomed && within(p) && p[1] >= box.top && p[1] <= box.bottom) pin(p);
    });
    svg.addEventListener("pointerup", () => {
      if (!start) return;
      start = null;
      hasZoomed = false;
      const [x, y, w, h] = ["x", "y", "width", "height"].map((key) => Number(frame.getAttribute(key)));
      frame.setAttribute("width", 0);
      if (w < 8 || h < 8) return;
      hasZoomed = true;
      const along = ([a, b], from, to) => [a + (b - a) * from, a + (b - a) * to];
      zoom({
        x: along(view.x, (x - box.left) / wide, (x + w - box.left) / wide),
        y: along(view.y, (box.bottom - y - h) / high, (box.bottom - y) / high),
      });
    });
    svg.addEventListener("pointerleave", () => start || rest());
    svg.addEventListener("dblclick", whole);
    figure.addEventListener("keydown", (event) => {
      if (svg.getClientRects().length === 0) return;
      if (event.key === "Escape") whole();
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined || !readout) return;
      event.preventDefault();
      read(at < 0 ? 0 : at + step * (event.shiftKey ? 10 : 1));
    });
  }

  for (const figure of document.querySelectorAll("figure:has(.readout)")) {
    const parsed = (text) => (text === undefined ? null : JSON.parse(text));
    const tools = {
      readout: parsed(figure.dataset.readout),
      cells: parsed(figure.dataset.cells),
      marks: parsed(figure.dataset.marks),
      line: figure.querySelector(".readout"),
      pinned: figure.querySelector(".pinned"),
    };
    const act = tools.cells?.command ? "click for the command, drag to zoom" : "drag to zoom";
    const reads = tools.readout || tools.cells || tools.marks;
    const isMouse = matchMedia("(hover: hover)").matches;
    tools.line.dataset.hint = isMouse ? (reads ? "point to read, " : "") + act : reads ? "touch to read" : "";
    tools.line.textContent = tools.line.dataset.hint;
    figure.tabIndex = 0;
    for (const svg of figure.querySelectorAll("svg[data-plot]")) attach(figure, svg, tools);
  }
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
`;

/** The hash under which the page's content security policy lets this script run, and no other. */
export function scriptHash(): string {
  const bytes = sha256(utf8ToBytes(pageScript));
  return `sha256-${base64(bytes)}`;
}
