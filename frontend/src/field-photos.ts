// Photos are drawn anew, at most so large: what a camera writes beside the picture (where, when, with what) stays behind.
import { encode } from "./base64.ts";
import { digest } from "./canonical.ts";

const LONGEST_PX = 1600;
// Coarser until it is small enough: twelve of them, sealed, must be no more than the server takes at once.
const QUALITIES = [0.82, 0.7, 0.55, 0.4];
const MOST_BYTES = 850_000;
export const MOST = 12;

export interface Picture {
  jpeg: string;
  digest: string;
  taken_at: string;
}

/** Raises where the browser cannot read the file as a picture. */
export async function shrink(file: File): Promise<Picture> {
  const source = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_PX / Math.max(source.width, source.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(source.width * scale));
  canvas.height = Math.max(1, Math.round(source.height * scale));
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = "#fff"; // a JPEG knows no transparency
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  source.close();
  let blob: Blob | null = null;
  for (const quality of QUALITIES) {
    blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (blob && blob.size <= MOST_BYTES) break;
  }
  if (!blob) throw new Error("no picture");
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return { jpeg: encode(bytes), digest: await digest(bytes), taken_at: new Date(file.lastModified || Date.now()).toISOString() };
}

/** How a page shows it: the content policy allows pictures in an address, not blobs. */
export function address(jpeg: string): string {
  return `data:image/jpeg;base64,${jpeg}`;
}
