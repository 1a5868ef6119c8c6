// Measures every chart of the page: texts that leave the picture or meet another, and where the marks are.
function corners(element) {
  const box = element.getBBox();
  const matrix = element.getScreenCTM();
  return [[box.x, box.y], [box.x + box.width, box.y], [box.x + box.width, box.y + box.height], [box.x, box.y + box.height]]
    .map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
}
// Turned boxes are apart where a line along a side of one of them has the two on its two sides.
function meet(a, b) {
  for (const [p, q] of [[a[0], a[1]], [a[1], a[2]], [b[0], b[1]], [b[1], b[2]]]) {
    const axis = { x: q.x - p.x, y: q.y - p.y };
    const length = Math.hypot(axis.x, axis.y) || 1;
    const along = corner => (corner.x * axis.x + corner.y * axis.y) / length;
    const [one, other] = [a.map(along), b.map(along)];
    if (Math.max(...one) <= Math.min(...other) + 0.5 || Math.max(...other) <= Math.min(...one) + 0.5) return false;
  }
  return true;
}
function tooltip(element) {
  return element.querySelector("title")?.textContent ?? "";
}
async function pixel(svg, x, y) {
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(svg));
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = svg.viewBox.baseVal.width;
  canvas.height = svg.viewBox.baseVal.height;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  return [...context.getImageData(x, y, 1, 1).data].slice(0, 3);
}
async function measure(holder) {
  const svg = holder.querySelector("svg");
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].map(element => ({ text: element.lastChild.textContent, corners: corners(element) }));
  const outside = texts.filter(({ corners }) => corners.some(({ x, y }) =>
    x < frame.left - 0.5 || x > frame.right + 0.5 || y < frame.top - 0.5 || y > frame.bottom + 0.5)).map(({ text }) => text);
  const met = [];
  texts.forEach((one, index) => texts.slice(index + 1).forEach(other => {
    if (meet(one.corners, other.corners)) met.push(one.text + " / " + other.text);
  }));
  const number = (element, name) => Number(element.getAttribute(name));
  const bars = [...svg.querySelectorAll("rect.bar")].map(element => ({
    tooltip: tooltip(element), x: number(element, "x"), y: number(element, "y"),
    width: number(element, "width"), height: number(element, "height"),
  }));
  const dots = [...svg.querySelectorAll("circle")].map(element => ({
    tooltip: tooltip(element), x: number(element, "cx"), y: number(element, "cy"),
  }));
  const high = bars.find(bar => bar.height > 4 && bar.width > 4);
  return {
    name: holder.dataset.name, texts: texts.map(({ text }) => text), outside, met, bars, dots,
    background: await pixel(svg, 2, 2),
    bar: high ? await pixel(svg, high.x + high.width / 2, high.y + high.height / 2) : null,
  };
}
(async () => {
  let found;
  try {
    found = [];
    for (const holder of document.querySelectorAll("[data-name]")) found.push(await measure(holder));
  } catch (error) {
    found = String(error.stack ?? error);
  }
  const pre = document.createElement("pre");
  pre.id = "found";
  pre.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(found))));
  document.body.append(pre);
})();
