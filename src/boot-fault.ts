import { type Language, texts } from './config/texts.ts';
import type { ScreenRenderer } from './operator/renderer.ts';
import type { BarFacts } from './operator/screens/bar.ts';
import { checkupConfiguration } from './operator/screens/checkup.ts';
import { problemScreen } from './operator/screens/problem.ts';
import type { Problem } from './values/problem.ts';

/** Shows a fault that keeps the terminal from starting: a configuration that is not understood, a locked journal. */
export function showBootFault(renderer: ScreenRenderer, problem: Problem, language: Language, bar: BarFacts): void {
  const text = texts(language);
  const screen =
    problem.kind === 'configuration'
      ? checkupConfiguration(text, bar, problem)
      : problemScreen(text, bar, { problem, foot: {} });
  renderer.show(screen);
}
