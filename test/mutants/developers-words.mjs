import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** The words of an error that stops the program are read by a developer: no test holds them, and none should. */
const ignorer = {
  shouldIgnore(path) {
    if (!path.isTemplateLiteral() && !path.isStringLiteral()) return undefined;
    const { parent } = path;
    const thrown = parent?.type === 'NewExpression' && /^(Error|RangeError)$/.test(parent.callee.name ?? '');
    return thrown ? "a developer's words" : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'developers-words', ignorer)];
