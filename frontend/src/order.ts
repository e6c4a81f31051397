// Where a page that is being dragged belongs among the others, which stand in rows from left to right.

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The place, from 0, at which a point inserts among boxes in reading order: before the first whose middle it has not passed. */
export function placeAt(boxes: readonly Box[], x: number, y: number): number {
  const at = boxes.findIndex((box) => y < box.top || (y < box.top + box.height && x < box.left + box.width / 2));
  return at === -1 ? boxes.length : at;
}

/** Whether two orders are the same. */
export function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, at) => id === other[at]);
}
