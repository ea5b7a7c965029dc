// Drawings in SVG: the small curves of rates, and the topology of the stream processor.
import { html } from "/assets/vendor/htm-preact-3.1.1.js";

export function Sparkline({ values }) {
  const width = 160;
  const height = 30;
  const most = Math.max(1, ...values);
  if (values.length < 2) {
    return html`<svg class="sparkline" viewBox="0 0 ${width} ${height}" aria-hidden="true"></svg>`;
  }
  const step = width / 59;
  const first = width - step * (values.length - 1);
  const points = values
    .map((value, at) => `${(first + at * step).toFixed(1)},${(height - 2 - (value / most) * (height - 5)).toFixed(1)}`)
    .join(" ");
  return html`<svg class="sparkline" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
    <polygon points="${first.toFixed(1)},${height} ${points} ${width},${height}" />
    <polyline points=${points} />
  </svg>`;
}

const BOX_HEIGHT = 34;
const ROW = 54;
const GAP = 40;
const CHARACTER = 7.3;

// Columns are given; within its column a box stands near to what leads to it.
function placed(drawing) {
  const columns = [];
  for (const box of drawing.boxes) {
    (columns[box.column] ||= []).push({ ...box, width: Math.round(box.label.length * CHARACTER + 26) });
  }
  const byId = new Map();
  let x = 4;
  let rows = 1;
  for (const column of columns) {
    for (const box of column) {
      const before = drawing.arrows.filter((arrow) => arrow.to === box.id && byId.has(arrow.from));
      const sum = before.reduce((total, arrow) => total + byId.get(arrow.from).row, 0);
      box.wish = before.length ? sum / before.length : column.indexOf(box);
    }
    column.sort((one, other) => one.wish - other.wish || one.label.localeCompare(other.label));
    let free = 0;
    for (const box of column) {
      box.row = Math.max(free, box.wish);
      free = box.row + 1;
      box.x = x;
      byId.set(box.id, box);
    }
    rows = Math.max(rows, free);
    x += Math.max(...column.map((box) => box.width)) + GAP;
  }
  for (const box of byId.values()) {
    box.y = 6 + box.row * ROW;
  }
  return { byId, width: x - GAP + 4, height: rows * ROW };
}

export function Topology({ drawing }) {
  const { byId, width, height } = placed(drawing);
  const arrows = drawing.arrows.map((arrow) => {
    const from = byId.get(arrow.from);
    const to = byId.get(arrow.to);
    const x1 = from.x + from.width;
    const y1 = from.y + BOX_HEIGHT / 2;
    const x2 = to.x - 3;
    const y2 = to.y + BOX_HEIGHT / 2;
    const middle = (x1 + x2) / 2;
    return html`<path class="arrow" d="M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}" marker-end="url(#head)" />`;
  });
  const boxes = [...byId.values()].map(
    (box) => html`<g class=${"box " + box.kind}>
      <rect x=${box.x} y=${box.y} width=${box.width} height=${BOX_HEIGHT} rx=${box.kind === "topic" ? 17 : 6} />
      <text x=${box.x + box.width / 2} y=${box.y + BOX_HEIGHT / 2 + 4.5} text-anchor="middle">${box.label}</text>
    </g>`,
  );
  return html`<div class="scrolled">
    <svg class="topology" viewBox="0 0 ${width} ${height}" role="img" aria-label="Topology of the Kafka Streams application">
      <defs>
        <marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0 L8 4 L0 8 z" /></marker>
      </defs>
      ${arrows}${boxes}
    </svg>
  </div>`;
}
