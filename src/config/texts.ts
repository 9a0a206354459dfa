import en from '../../firmware-config/texts/en.json' with { type: 'json' };
import zh from '../../firmware-config/texts/zh-CN.json' with { type: 'json' };

/** Every text that a person at the counter can read. The ids are those of the Chinese table; a test holds the English one to them. */
export type TextId = keyof typeof zh;

export type Language = 'zh-CN' | 'en';

export type TextValues = Readonly<Record<string, string | number>>;

/** The text of an id in one language, its `{name}` places filled from `values`. */
export type Text = (id: TextId, values?: TextValues) => string;

const tables: Readonly<Record<Language, Readonly<Record<TextId, string>>>> = { 'zh-CN': zh, en };

export const languages: readonly Language[] = ['zh-CN', 'en'];

/** Both tables are loaded: the language switches by asking for the other one and showing the screen again. */
export function texts(language: Language): Text {
  const table = tables[language];
  return (id, values) => {
    const template = table[id];
    return template.includes('{') ? filled(id, template, values ?? {}) : template;
  };
}

function filled(id: TextId, template: string, values: TextValues): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`text ${id}: no value for {${name}}`);
    return String(value);
  });
}
