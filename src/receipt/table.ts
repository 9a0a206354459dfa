/** A receipt before it meets paper: rows of data. Every slip that the terminal prints is such a table. */
export type ReceiptTable = readonly ReceiptRow[];

export type ReceiptRow =
  /** Centred, twice as high; twice as wide too where it fits. */
  | { readonly kind: 'title'; readonly text: string }
  /** `indent`: columns that every one of its lines stands in from the left. */
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly align?: Align;
      readonly bold?: boolean;
      readonly indent?: number;
    }
  /** Label left, value right; the value goes to a line of its own where both do not fit. */
  | { readonly kind: 'pair'; readonly label: string; readonly value: string; readonly bold?: boolean }
  /** A pair whose value has a line of its own, twice as high: what two people compare. */
  | { readonly kind: 'prominent'; readonly label: string; readonly value: string }
  /** As `prominent`, and twice as wide where it fits. */
  | { readonly kind: 'amount'; readonly label: string; readonly value: string }
  /** Cells side by side, each `share` parts of the width; a cell that is too full goes on below itself. */
  | { readonly kind: 'columns'; readonly cells: readonly Cell[]; readonly bold?: boolean }
  | { readonly kind: 'rule' }
  | { readonly kind: 'signature'; readonly label: string }
  /** A label and a line to write on beside it. */
  | { readonly kind: 'fill'; readonly label: string }
  /** `data` in ASCII, as a URL is. */
  | { readonly kind: 'qr'; readonly data: string; readonly caption?: string }
  | { readonly kind: 'mark'; readonly mark: Mark }
  | { readonly kind: 'feed'; readonly lines: number }
  /** White space between lines, in dots of 1/8 mm. */
  | { readonly kind: 'gap'; readonly dots: number }
  | { readonly kind: 'cut' };

export type Align = 'left' | 'centre' | 'right';

export interface Cell {
  readonly text: string;
  readonly share: number;
  readonly align?: Align;
}

/** A picture in dots, the leftmost of eight in the most significant bit, rows of whole bytes. */
export interface Mark {
  readonly width: number;
  readonly height: number;
  readonly dots: Uint8Array;
}
