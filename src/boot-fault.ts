import { type Language, texts } from './config/texts.ts';
import type { ScreenRenderer } from './operator/renderer.ts';
import type { BarFacts } from './operator/screens/bar.ts';
import { checkupConfiguration } from './operator/screens/checkup.ts';
import { problemScreen } from './operator/screens/problem.ts';
import type { Problem } from './values/problem.ts';

/** Shows a fault without which nothing can be opened: a configuration that is not understood, a journal that is locked. */
export function showBootFault(renderer: ScreenRenderer, problem: Problem, language: Language, bar: BarFacts): void {
  const text = texts(language);
  const screen =
    problem.kind === 'configuration'
      ? checkupConfiguration(text, bar, problem)
      : problemScreen(text, bar, { problem, foot: {} });
  renderer.show(screen);
}
