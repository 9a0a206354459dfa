/** The words that journal, host, bank, slips and control API share for what a transaction is. */
export type TransactionType =
  | 'sale'
  | 'void'
  | 'refund'
  | 'preauth'
  | 'preauth-add'
  | 'preauth-void'
  | 'completion'
  | 'completion-advice'
  | 'completion-void'
  | 'instalment'
  | 'offline'
  | 'voice'
  | 'adjust'
  | 'tip';
