import { isDeepStrictEqual } from 'node:util';
import { lv, type Obj } from 'lvgl-bindings';
import type { ColumnNode, LineNode, Node } from '../screen.ts';
import { type Direction, gapOf, type Leaf, painters, type Standing, wide } from './nodes.ts';
import { box, flow, type Pen } from './pen.ts';

interface Child {
  readonly key: string;
  readonly node: Node;
  readonly standing: Standing;
}

/**
 * The children of a container: each call makes what stands equal to `nodes` with as few calls into LVGL as that takes.
 * A child is known again by its kind and key (or its place), changed where it can be, and drawn anew where it cannot.
 */
export function family(pen: Pen, parent: Obj, direction: Direction): (nodes: readonly Node[]) => void {
  let standing: readonly Child[] = [];
  return (nodes) => {
    const before = new Map(standing.map((child) => [child.key, child]));
    let moved = nodes.length !== standing.length;
    standing = nodes.map((node, place) => {
      const key = `${node.node} ${node.key ?? place}`;
      const old = before.get(key);
      if (old && (isDeepStrictEqual(old.node, node) || old.standing.change(node))) {
        before.delete(key);
        moved ||= standing[place]?.key !== key;
        return { key, node, standing: old.standing };
      }
      moved = true;
      return { key, node, standing: paint(pen, parent, node, direction) };
    });
    for (const gone of before.values()) lv.objDelete(gone.standing.object);
    if (moved) for (const [place, child] of standing.entries()) lv.objMoveToIndex(child.standing.object, place);
  };
}

function paint(pen: Pen, parent: Obj, node: Node, direction: Direction): Standing {
  if (node.node === 'column') return paintColumn(pen, parent, node, direction);
  if (node.node === 'line') return paintLine(pen, parent, node, direction);
  return paintLeaf(pen, parent, node, direction);
}

function paintLeaf<N extends Leaf>(pen: Pen, parent: Obj, node: N, direction: Direction): Standing {
  const kind = node.node;
  // The table is complete, and its row is of the node's own kind; the compiler cannot follow one kind through both.
  const painter = painters[kind] as (pen: Pen, parent: Obj, node: Leaf, direction: Direction) => Standing<Leaf>;
  const { object, change } = painter(pen, parent, node, direction);
  return { object, change: (next) => next.node === kind && change(next as Leaf) };
}

function paintColumn(pen: Pen, parent: Obj, node: ColumnNode, direction: Direction): Standing {
  const { gap = 'medium', align = 'start', justify = 'start', grow = false } = node;
  const object = flow(box(parent), { direction: 'column', gap: gapOf(pen, gap), align, justify });
  wide(object, direction);
  if (grow) lv.objSetFlexGrow(object, 1);
  const set = family(pen, object, 'column');
  set(node.children);
  const change = (next: Node) => {
    if (next.node !== 'column' || !sameBut(node, next)) return false;
    set(next.children);
    return true;
  };
  return { object, change };
}

function paintLine(pen: Pen, parent: Obj, node: LineNode, direction: Direction): Standing {
  const { gap = 'medium', justify = 'start', stack = false } = node;
  const along: Direction = stack && pen.narrow ? 'column' : 'line';
  const object = wide(
    flow(box(parent), { direction: along, gap: gapOf(pen, gap), justify, align: 'centre' }),
    direction,
  );
  const set = family(pen, object, along);
  set(node.children);
  const change = (next: Node) => {
    if (next.node !== 'line' || !sameBut(node, next)) return false;
    set(next.children);
    return true;
  };
  return { object, change };
}

/** Whether two containers differ in their children alone. */
function sameBut<N extends ColumnNode | LineNode>(one: N, other: N): boolean {
  const nobody = { children: [] };
  return isDeepStrictEqual({ ...one, ...nobody }, { ...other, ...nobody });
}
