import type { Node, Screen } from '../../src/operator/screen.ts';
import { textsOf } from '../../src/operator/screen.ts';
import type { Moment } from './sayings.ts';

/** A screen as somebody before the terminal sees it. */
export interface Seen {
  /** By the world's own clock, which does not jump. */
  readonly at_ms: number;
  readonly screen: Screen;
  /** What it says of the money, and how the books were then; null where it says nothing of money. */
  readonly moment: Moment | null;
}

/** The real renderer, over LVGL and a panel in memory; what it holds is compared with the tree. */
export interface Glass {
  show(screen: Screen): void;
  /** Screens whose LVGL objects say something else than their tree. */
  readonly wrong: readonly string[];
}

/** The renderer of a storm: it keeps the tree that stands, and tells whoever looks. */
export interface Eye {
  readonly renderer: {
    show(screen: Screen): void;
    texts(): { screen: string; texts: string[] };
    close(): void;
  };
  /** Null while the panel is dark. */
  readonly standing: Screen | null;
  dark(): void;
}

/** `glass`: a real renderer that draws the same screens; null on most days, to save time. */
export function eye(look: (screen: Screen | null) => void, glass: Glass | null): Eye {
  let standing: Screen | null = null;
  const set = (screen: Screen | null) => {
    standing = screen;
    look(screen);
  };
  return {
    renderer: {
      show(screen) {
        glass?.show(screen);
        set(screen);
      },
      texts: () => ({ screen: standing?.id ?? '', texts: standing === null ? [] : textsOf(standing) }),
      close: () => undefined,
    },
    get standing() {
      return standing;
    },
    dark: () => set(null),
  };
}

/** All the nodes of a screen, from the top. */
export function nodesOf(screen: Screen): readonly Node[] {
  const below = (node: Node): Node[] => ('children' in node ? [node, ...node.children.flatMap(below)] : [node]);
  return screen.body.flatMap(below);
}

/** The amount that stands largest, in fen; null where there is none. */
export function amountOn(screen: Screen): number | null {
  const found = nodesOf(screen).find((node) => node.node === 'amount');
  return found?.node === 'amount' ? Math.round(Number(found.yuan.replaceAll(',', '')) * 100) : null;
}

/** The digits that have been typed; null where the screen does not show them apart. */
export function typedOn(screen: Screen): string | null {
  const found = nodesOf(screen).find((node) => node.node === 'text' && node.key === 'typed');
  return found?.node === 'text' ? found.text.replaceAll(/\D/g, '') : null;
}

/** How many dots a secret has. */
export function dotsOn(screen: Screen): number {
  const found = nodesOf(screen).find((node) => node.node === 'dots');
  return found?.node === 'dots' ? found.count : 0;
}
