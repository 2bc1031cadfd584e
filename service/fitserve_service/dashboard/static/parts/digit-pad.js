// A pad to draw a digit on, and the way from a drawing or a picture to 28 × 28 pixels as MNIST has
// them: the digit fitted into 20 × 20, its centre of mass in the middle (LeCun et al., 1998).
import { h } from "../dom.js";

const SIDE = 28;
const BOX = 20;
const PAD = 280;
const PEN = 22;
const INK = 40;

export class DigitPad {
  /** `changed` gets 784 grey values from 0 to 255, or null for an empty pad. */
  constructor(changed) {
    this.changed = changed;
    this.pad = h("canvas", { class: "pad", width: PAD, height: PAD, role: "img", tabindex: 0, "aria-label": "Pad to draw a digit on, white on black" });
    this.seen = h("canvas", { class: "seen", width: SIDE, height: SIDE, style: "width:84px;height:84px", role: "img", "aria-label": "What the model sees" });
    this.ink = this.pad.getContext("2d", { willReadFrequently: true });
    this.last = null;
    this.listen();
    this.clear();
  }

  clear() {
    this.ink.fillStyle = "#000";
    this.ink.fillRect(0, 0, PAD, PAD);
    this.tell();
  }

  listen() {
    const end = () => { if (this.last) { this.last = null; this.tell(); } };
    this.pad.addEventListener("pointerdown", (event) => {
      this.pad.setPointerCapture(event.pointerId);
      this.last = this.place(event);
      this.line(this.last);
    });
    this.pad.addEventListener("pointermove", (event) => this.last && this.line(this.place(event)));
    this.pad.addEventListener("pointerup", end);
    this.pad.addEventListener("pointercancel", end);
    this.pad.addEventListener("dragover", (event) => event.preventDefault());
    this.pad.addEventListener("drop", (event) => { event.preventDefault(); this.open(event.dataTransfer.files[0]); });
  }

  place(event) {
    const box = this.pad.getBoundingClientRect();
    return [((event.clientX - box.left) * PAD) / box.width, ((event.clientY - box.top) * PAD) / box.height];
  }

  line(to) {
    Object.assign(this.ink, { strokeStyle: "#fff", lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    this.ink.beginPath();
    this.ink.moveTo(...this.last);
    this.ink.lineTo(...to);
    this.ink.stroke();
    this.last = to;
  }

  /** Put a picture on the pad, as large as it goes; dark digits on a light ground are inverted. */
  async open(file) {
    if (!file) return;
    const picture = await createImageBitmap(file);
    const scale = PAD / Math.max(picture.width, picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    this.ink.fillStyle = "#000";
    this.ink.fillRect(0, 0, PAD, PAD);
    this.ink.drawImage(picture, (PAD - width) / 2, (PAD - height) / 2, width, height);
    const [left, top, right, bottom] = [(PAD - width) / 2, (PAD - height) / 2, (PAD + width) / 2 - 1, (PAD + height) / 2 - 1].map(Math.round);
    const corners = [[left, top], [right, top], [left, bottom], [right, bottom]].map(([x, y]) => grey(this.ink.getImageData(x, y, 1, 1).data, 0));
    if (corners.reduce((sum, each) => sum + each, 0) > 4 * 127) this.invert(left, top, right - left + 1, bottom - top + 1);
    this.tell();
  }

  invert(left, top, width, height) {
    const image = this.ink.getImageData(left, top, width, height);
    for (let place = 0; place < image.data.length; place += 4) {
      const value = 255 - grey(image.data, place);
      image.data.set([value, value, value], place);
    }
    this.ink.putImageData(image, left, top);
  }

  tell() {
    const pixels = centred(this.pad, this.ink);
    const seen = this.seen.getContext("2d");
    const image = seen.createImageData(SIDE, SIDE);
    for (let place = 0; place < SIDE * SIDE; place += 1) {
      const value = pixels?.[place] ?? 0;
      image.data.set([value, value, value, 255], 4 * place);
    }
    seen.putImageData(image, 0, 0);
    this.changed(pixels);
  }
}

function grey(data, place) {
  return 0.299 * data[place] + 0.587 * data[place + 1] + 0.114 * data[place + 2];
}

function centred(canvas, context) {
  const { data } = context.getImageData(0, 0, PAD, PAD);
  const bounds = inked(data);
  if (bounds === null) return null;
  const [left, top, width, height] = bounds;
  const scale = BOX / Math.max(width, height);
  const fitted = draw(canvas, bounds, (SIDE - width * scale) / 2, (SIDE - height * scale) / 2, scale);
  const [x, y] = centreOfMass(fitted);
  const [dx, dy] = [Math.round((SIDE - 1) / 2 - x), Math.round((SIDE - 1) / 2 - y)];
  return draw(canvas, bounds, (SIDE - width * scale) / 2 + dx, (SIDE - height * scale) / 2 + dy, scale);
}

function inked(data) {
  let [left, top, right, bottom] = [PAD, PAD, -1, -1];
  for (let y = 0; y < PAD; y += 1) {
    for (let x = 0; x < PAD; x += 1) {
      if (grey(data, 4 * (y * PAD + x)) < INK) continue;
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
    }
  }
  return right < 0 ? null : [left, top, right - left + 1, bottom - top + 1];
}

function draw(canvas, [left, top, width, height], x, y, scale) {
  const small = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });
  small.fillStyle = "#000";
  small.fillRect(0, 0, SIDE, SIDE);
  small.imageSmoothingQuality = "high";
  small.drawImage(canvas, left, top, width, height, x, y, width * scale, height * scale);
  const { data } = small.getImageData(0, 0, SIDE, SIDE);
  return Array.from({ length: SIDE * SIDE }, (_, place) => Math.round(grey(data, 4 * place)));
}

function centreOfMass(pixels) {
  let [mass, x, y] = [0, 0, 0];
  pixels.forEach((value, place) => {
    mass += value;
    x += value * (place % SIDE);
    y += value * Math.floor(place / SIDE);
  });
  return [x / mass, y / mass];
}
