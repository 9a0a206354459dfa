import type { Board } from '../board/buses.ts';
import { lastingLine } from '../board/lasting-line.ts';
import { stripeReader } from './card/stripe-reader.ts';
import { wasICharged } from './charged/charged.ts';
import { probesOf } from './checkup/probes.ts';
import { codeWords } from './config/codes.ts';
import type { Config } from './config/config.ts';
import { issuerOf } from './config/institutions.ts';
import { withParameters } from './config/parameters.ts';
import { texts } from './config/texts.ts';
import { customerDisplay } from './customer/display.ts';
import { promptsOn } from './customer/prompts.ts';
import { deskTold } from './flight/desk-told.ts';
import { begun, entryTold, parametersTold, refusalTold, settlementTold } from './flight/flight.ts';
import {
  handshakeStep,
  hostLine,
  hostTold,
  wiredBuzzer,
  wiredDisplay,
  wiredPaper,
  wiredPrinter,
  wiredReader,
} from './flight/wires-told.ts';
import type { Ground } from './ground.ts';
import { openHost } from './host/host.ts';
import { openJournal } from './journal/journal.ts';
import { buzzer, buzzerLine } from './operator/buzzer.ts';
import { keypad } from './operator/keypad.ts';
import { operatorAt } from './operator/operator.ts';
import type { ScreenRenderer } from './operator/renderer.ts';
import { goodbye } from './operator/screens/idle.ts';
import { problemScreen } from './operator/screens/problem.ts';
import { openOutbox } from './outbox/outbox.ts';
import { paperDesk } from './paper/paper-desk.ts';
import type { Counter } from './payment/counter.ts';
import { printer } from './receipt/printer.ts';
import { openRecorder } from './recorder/recorder.ts';
import { wireLog } from './recorder/wire-log.ts';
import { barOf, openSession } from './session.ts';
import { compareOrSignIn, comparesNewest, signInToBank } from './signin/bank.ts';
import type { StatusFacts } from './status/status.ts';
import { signInFirst, type Terminal } from './terminal.ts';
import { lasting } from './values/lasting.ts';
import { masked, maskedJson } from './values/masked.ts';
import type { Problem } from './values/problem.ts';
import { setClock } from './values/set-clock.ts';
import { openVault } from './vault/vault.ts';

/** Everything that is built between the board's wires and the terminal's flows. */
export interface Assembly {
  readonly terminal: Terminal;
  readonly status: StatusFacts;
  /**
   * Runs what goes on beside the flows until the signal aborts: debts to the bank, paper, status bar, flight recorder.
   */
  background(signal: AbortSignal): Promise<void>;
  /** Called when a Fault, not a bug, ends trade: both displays say so. */
  failed(problem: Problem): void;
  /** Says goodbye on both displays and lets go of journal, host and devices. */
  close(): Promise<void>;
  /** Called when the program exits with an error: the flight recorder writes at once what it still holds. */
  crashed(): void;
}

export interface Site {
  readonly config: Config;
  readonly board: Board;
  readonly ground: Ground;
  readonly renderer: Pick<ScreenRenderer, 'show' | 'texts' | 'close'>;
  readonly version: string;
  /** Called when the self-check has finished. */
  checked(): void;
}

export async function assemble(site: Site): Promise<Assembly> {
  const { board, ground, version, renderer } = site;
  const { random, connect, disk } = ground;
  const clock = setClock(ground.clock, ground.passed);
  const wire = wireLog(clock);
  const sentBefore = ground.parameters.kept();
  const record = ground.record(site.config.terminal.recorder.most_mb << 20);
  const recorder = openRecorder({ segments: record, clock, quiet: () => !journal.busy });
  const desk = deskTold(recorder);
  const session = openSession(
    {
      language: site.config.terminal.language,
      config: sentBefore === null ? site.config : withParameters(site.config, sentBefore),
    },
    ({ flow, operator }) => {
      desk.answered();
      recorder.note({ kind: 'flow', flow: masked(flow), operator: operator === null ? null : masked(operator) });
    },
  );
  const { config } = session;
  const { board: description, profile } = config;
  const text = () => texts(session.language);

  const vault = openVault({
    files: ground.vault,
    ...{ clock, random, secureElement: false, passwordHash: ground.passwordHash },
    sm4PinShape: profile.dialect.sm4_pin_shape,
    operators: profile.operators,
    defaultsAllowed: profile.lab,
  });
  const reconciled = ground.reconciliation?.found() ?? null;
  const journal = refusalTold(recorder, () =>
    openJournal({
      ...{ disk, clock, random },
      ...(reconciled === null ? {} : { reconciled }),
      noted: (facts, event) => recorder.note(entryTold(facts, event)),
      stepped: (batch, step) => recorder.note(settlementTold(batch, step)),
    }),
  );
  const tellBatch = (batch: string) => recorder.note({ kind: 'batch', batch: masked(batch) });
  journal.watch(changing(() => journal.batch, tellBatch));
  if (reconciled !== null) ground.reconciliation?.used();
  recorder.note(begun({ config: site.config, version, journal, last: record.last }));
  if (reconciled !== null) recorder.note({ kind: 'reconciled', by: maskedJson(reconciled) });
  const host = openHost(
    {
      merchant: config.terminal.merchant,
      profile,
      // The key centre's parameters take effect from the next exchange on.
      get network() {
        return session.config.network;
      },
    },
    {
      ...{ connect, clock, vault },
      onWire(event) {
        const told = hostTold(event);
        wire.note('host', hostLine(told));
        recorder.note(told);
      },
      onSignInAgain() {
        session.signInAgain = true;
      },
      onLate: (trace, batch, answer) => journal.find(trace, batch)?.late(answer),
    },
  );

  const serial = ({ tty, baud }: { tty: string; baud: number }) => lastingLine(() => board.serial(tty, baud));
  const reader = wiredReader(stripeReader(serial(description.stripe), clock), recorder);
  const columns = config.terminal.receipt.columns;
  const cutFirst = journal.debts().some(({ entry }) => entry.copiesOwed.some(({ duplicate }) => duplicate));
  const { confirms } = description.printer;
  const line = wiredPaper(serial(description.printer), recorder);
  const slips = wiredPrinter(printer({ line, clock, columns, dots: columns * 12, confirms, cutFirst }), wire, recorder);
  const i2c = await board.i2c(description.display.bus);
  const { address } = description.display;
  const display = wiredDisplay(customerDisplay(i2c, address, ground.glyphs(), clock), desk.reactions);
  const pad = desk.keypad(await keypad(board.lines, description.keypad, clock));
  const buzzing = await buzzerLine(board.lines, description.buzzer, ({ message }) => console.error(message));
  const sounds = wiredBuzzer(buzzer(buzzing, clock), desk.reactions);

  const paper = paperDesk({
    journal,
    printer: slips,
    clock,
    config: () => session.config,
    text,
    language: () => session.language,
  });
  paper.watch(
    changing(
      () => paper.problem?.kind ?? null,
      (problem) => tellDevice('printer', problem),
    ),
  );
  const bar = () => barOf(session, { host, journal, paper, clock });
  const operator = operatorAt({
    ...{ keypad: pad, renderer: desk.renderer(renderer), buzzer: sounds, clock, text, bar },
    confirm_s: config.terminal.waits.confirm_s,
  });
  const customer = promptsOn(display, text);
  const compares = comparesNewest(profile.transactions);
  const signInAlone = async () => {
    if (session.operator === null) return false;
    const end = await signInToBank({ host, journal, clock, vault, compares }, session.operator);
    if (end.end === 'signed-in') session.signInAgain = false;
    return end.end === 'signed-in';
  };
  const debts = openOutbox({
    ...{ journal, host, clock, random },
    openCard: vault.openCard,
    signIn: signInAlone,
    ...(compares && { compare: () => compareOrSignIn({ host, journal, vault }, signInAlone) }),
    profile: {
      ...{ retries: profile.reversal_retries, first_wait_ms: 2000, most_wait_ms: 60_000 },
      inquires: profile.transactions.inquiry.offered,
    },
  });

  const counter: Counter = {
    ...{ operator, customer, reader, journal, outbox: debts, host, vault, paper, clock },
    get config() {
      return session.config;
    },
    text,
    issuerOf: (bin) => issuerOf(bin, session.language),
    codeWords: (code) =>
      codeWords(session.language, code) ?? { title: text()('result.unlisted'), customer: '', clerk: '' },
    async lookInto(entry, doubted) {
      const { flow } = session;
      session.flow = 'charged';
      await wasICharged(counter, entry, doubted);
      session.flow = flow;
    },
    signInFirst: () => signInFirst({ counter, session }),
    get signedIn() {
      return session.operator ?? '';
    },
  };
  const probes = probesOf({
    ...{ keypad: pad, display, reader, printer: slips, journal, vault, host, clock, config, text, paper },
    ...{ room: ground.room, silent: buzzing === null },
  });

  const terminal: Terminal = {
    counter,
    session,
    version,
    checked: site.checked,
    checkup: {
      ...{ operator, clock, probes, version },
      keep: (rows) => {
        session.checkup = rows;
        if (rows.every(({ state }) => state !== 'pending')) recorder.note({ kind: 'checkup', parts: maskedJson(rows) });
      },
    },
    handshake: {
      ...{ operator, vault, serial: config.terminal.serial },
      shake: (step) =>
        vault.handshake({
          ...{ connect, address: config.network.key_centre, identity: ground.identity, model: config.terminal.model },
          firmware: ground.firmware(),
          merchant: config.terminal.merchant,
          step_ms: config.network.connect_timeout_ms,
          onWire: (direction, words) => {
            const said = masked(words);
            wire.note('key-centre', `${direction === 'out' ? '→' : '←'} ${said}`);
            recorder.note({ kind: 'key-centre', way: direction, said });
            const now = handshakeStep(said);
            if (now !== null) step(now);
          },
        }),
    },
    adopt(parameters) {
      ground.parameters.keep(parameters);
      recorder.note(parametersTold(parameters));
      session.config = withParameters(site.config, parameters);
    },
    switchLanguage() {
      session.language = session.language === 'zh-CN' ? 'en' : 'zh-CN';
      operator.refresh();
      customer.refresh();
    },
  };

  return {
    terminal,
    status: {
      state: () => ({
        ready: session.ready,
        flow: session.flow,
        operator: session.operator,
        line: host.line,
        language: session.language,
        lab: profile.lab,
      }),
      screen: operator.seen,
      journal: (limit) => journal.rows({ limit }),
      checkup: () => session.checkup.map(({ part, state, detail, problem }) => ({ id: part, state, detail, problem })),
      wire: wire.since,
      records: recorder.since,
      follow: recorder.watch,
      watch: operator.watch,
    },
    async background(signal) {
      const outbox = lasting(() => debts.run(signal), signal, clock);
      const barFresh = lasting(() => keepBarFresh(signal), signal, clock);
      await Promise.all([outbox, paper.run(signal), barFresh, recorder.run(signal)]);
    },
    failed(problem) {
      customer.say('display.closed');
      operator.show((words, facts) => problemScreen(words, facts, { problem, foot: {} }));
    },
    async close() {
      operator.show((words, facts) => goodbye(words, facts, { why: 'power-off' }));
      await reader.close();
      await slips.close();
      await display.close();
      await pad.close();
      await sounds.quiet();
      host.close();
      journal.close();
      renderer.close();
      await recorder.close();
    },
    crashed: recorder.spill,
  };

  /** Draws the screen again when a fact on the bar or a tile changes by itself: the minute, the line, a pulled plug. */
  async function keepBarFresh(signal: AbortSignal): Promise<void> {
    const seen = () => {
      const drawn = bar();
      return [drawn.batch, drawn.line, drawn.paper, drawn.time, reader.well].join();
    };
    let before = seen();
    const readerMoved = changing(
      () => (reader.well ? null : 'device-silent'),
      (problem) => tellDevice('reader', problem),
    );
    while (!signal.aborted) {
      await clock.sleep(1000, signal).catch(() => undefined);
      readerMoved();
      const now = seen();
      if (now !== before && !signal.aborted) operator.refresh();
      before = now;
    }
  }

  function tellDevice(device: 'printer' | 'reader', problem: string | null): void {
    recorder.note({ kind: 'device', device, problem: problem === null ? null : masked(problem) });
  }
}

/** Calls `tell` with what `look` gives whenever it gives something else than before. */
function changing<T>(look: () => T, tell: (now: T) => void): () => void {
  let before = look();
  return () => {
    const now = look();
    if (now !== before) tell(now);
    before = now;
  };
}
