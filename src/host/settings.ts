import type { NetworkConfig, Profile, TerminalConfig } from '../config/config.ts';

/** What differs from one acquirer to the next (unionpay.md 14), and from one terminal to the next. */
export interface HostSettings {
  readonly merchant: Pick<TerminalConfig['merchant'], 'id' | 'terminal'>;
  readonly network: Pick<
    NetworkConfig,
    'primary' | 'backup' | 'tpdu' | 'header' | 'connect_timeout_ms' | 'answer_timeout_ms'
  >;
  readonly profile: Pick<Profile, 'sign_in' | 'currency' | 'encrypt_tracks' | 'dialect'>;
}
