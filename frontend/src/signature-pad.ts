// <signature-pad>: draw or type. Without script only *type* is there; the drawing goes into the hidden field `strokes`.
import SignaturePad from "signature_pad";
import { type Drawing, normalise, place, read } from "./strokes.ts";

const INK = "#14213d"; // the same as on paper; the pad is white in the dark, too

class SignaturePadElement extends HTMLElement {
  #pad: SignaturePad | undefined;
  #drawing: Drawing | null = null;
  #watch: ResizeObserver | undefined;

  connectedCallback(): void {
    const canvas = this.querySelector("canvas");
    if (!canvas) return;
    this.#pad = new SignaturePad(canvas, { penColor: INK, minWidth: 0.9, maxWidth: 2.8 });
    this.#pad.addEventListener("endStroke", () => this.#keep());
    this.#drawing = read(this.#field.value);
    this.#watch = new ResizeObserver(() => this.#fit(canvas));
    this.#watch.observe(canvas);
    this.addEventListener("click", this.#press);
    this.addEventListener("input", this.#type);
    this.#choose();
    this.#type();
    this.#tell();
  }

  disconnectedCallback(): void {
    this.#watch?.disconnect();
    this.#pad?.off();
    this.removeEventListener("click", this.#press);
    this.removeEventListener("input", this.#type);
  }

  get #field(): HTMLInputElement {
    return this.querySelector<HTMLInputElement>("input[name=strokes]")!;
  }

  /** A finger draws, a keyboard types; what was chosen or typed before stays. */
  #choose(): void {
    const typed = this.querySelector<HTMLInputElement>("input[name=typed]");
    const fresh = !this.querySelector("[aria-invalid], .wrong") && typed?.value === typed?.defaultValue;
    const drawn = this.querySelector<HTMLInputElement>("input[value=drawn]");
    if (drawn && (this.#drawing || (fresh && matchMedia("(pointer: coarse)").matches))) drawn.checked = true;
  }

  /** Match the pad's pixels to its size and draw the ink anew, not stretched. */
  #fit(canvas: HTMLCanvasElement): void {
    if (!this.#pad || canvas.clientWidth === 0) return;
    const ratio = Math.max(devicePixelRatio, 1);
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    canvas.getContext("2d")?.scale(ratio, ratio);
    const size = { width: canvas.clientWidth, height: canvas.clientHeight };
    const strokes = this.#drawing ? place(this.#drawing, size) : [];
    const { dotSize, minWidth, maxWidth, penColor, velocityFilterWeight, compositeOperation } = this.#pad;
    const pen = { dotSize, minWidth, maxWidth, penColor, velocityFilterWeight, compositeOperation };
    this.#pad.fromData(strokes.map((dots, group) => ({ ...pen, points: dots.map((dot, at) => ({ ...dot, time: group * 1e5 + at * 16, pressure: 0.5 })) })));
  }

  #keep(): void {
    const canvas = this.querySelector("canvas")!;
    const strokes = this.#pad!.toData().map((group) => group.points);
    this.#drawing = strokes.length > 0 ? normalise(strokes, { width: canvas.clientWidth, height: canvas.clientHeight }) : null;
    this.#field.value = this.#drawing ? JSON.stringify(this.#drawing) : "";
    this.#tell();
  }

  #tell(): void {
    const state = this.querySelector("#draw-state");
    if (state) state.textContent = (this.#drawing ? this.dataset.drawn : this.dataset.empty) ?? "";
  }

  #press = (event: Event): void => {
    const button = (event.target as Element).closest("button");
    if (!this.#pad || !button) return;
    if (button.hasAttribute("data-undo")) this.#pad.fromData(this.#pad.toData().slice(0, -1));
    else if (button.hasAttribute("data-clear")) this.#pad.clear();
    else return;
    this.#keep();
  };

  #type = (): void => {
    const preview = this.querySelector(".preview");
    if (preview) preview.textContent = this.querySelector<HTMLInputElement>("input[name=typed]")?.value ?? "";
  };
}

customElements.define("signature-pad", SignaturePadElement);
